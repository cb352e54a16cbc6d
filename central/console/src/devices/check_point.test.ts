// @vitest-environment jsdom
import type { CheckPointView } from '@client'
import { expect, it } from 'vitest'

import { matching, statedOf, withChosen } from './check_point'

const point: CheckPointView = {
  ...{ check_point_id: 12, site: { id: 3, name: 'A' }, name_zh: '东门', name_en: 'East', zone: 2, direction: 'exit' },
  ...{ state: 'disabled', ticked: [1], attended: true, reads_documents: false, agent_id: null, version: 4, has_recorded: true },
}

it('is stated without what central alone knows', () => {
  expect(statedOf(point)).toEqual({
    version: 4,
    values: {
      ...{ site_id: 3, name_zh: '东门', name_en: 'East', zone: 2, direction: 'exit', state: 'disabled', ticked: [1] },
      ...{ attended: true, reads_documents: false, agent_id: null },
    },
  })
})

it.each([
  ['', 1],
  [' 东', 1],
  ['eas', 1],
  ['12', 1],
  ['west', 0],
])('is found by %j: %i', (text, count) => {
  expect(matching([point], text)).toHaveLength(count)
})

it('keeps what is chosen and has no name', () => {
  expect(withChosen([{ id: 1, name: 'A' }], [1, 9])).toEqual([
    { id: 1, name: 'A' },
    { id: 9, name: '#9' },
  ])
})
