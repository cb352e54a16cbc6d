import type { FieldView } from '@client'
import { describe, expect, it } from 'vitest'

import { givenOf, typedOf } from './parameters'

const field = (name: string, kind: FieldView['kind'], value: FieldView['value'] = null) =>
  ({ name, kind, value, title_zh: name, title_en: name, is_required: false, is_set: value !== null }) as FieldView

const FIELDS = [
  field('mchid', 'text', '1900000001'),
  field('api_v3_key', 'secret'),
  field('idle_s', 'number', 60),
  field('networks', 'list', ['10.0.0.0/8', '::1/128']),
  field('notify_url', 'text'),
]

describe('a group of parameters', () => {
  it('shows what is set, and of a secret nothing', () => {
    expect(typedOf(FIELDS)).toEqual({
      mchid: '1900000001',
      api_v3_key: '',
      idle_s: 60,
      networks: '10.0.0.0/8\n::1/128',
      notify_url: '',
    })
  })

  it.each([
    ['a secret that is left empty stays', { api_v3_key: '' }, {}],
    ['a secret that is typed is set', { api_v3_key: 'new' }, { api_v3_key: 'new' }],
    ['a secret that was pressed away is deleted', { api_v3_key: null }, { api_v3_key: null }],
    ['a field that is left empty takes its default', { mchid: '', idle_s: null }, {}],
    [
      'a list has a line each',
      { networks: ' 10.0.0.0/8\n\n::1/128，10.1.0.0/16 ' },
      { networks: ['10.0.0.0/8', '::1/128', '10.1.0.0/16'] },
    ],
    ['a number is a number', { idle_s: 90 }, { idle_s: 90 }],
  ])('%s', (_what, typed, expected) => {
    const nothing = { mchid: '', api_v3_key: '', idle_s: null, networks: '', notify_url: '' }
    expect(givenOf({ ...nothing, ...typed }, FIELDS)).toEqual(expected)
  })
})
