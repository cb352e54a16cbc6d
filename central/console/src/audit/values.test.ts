/** Recorded values in words. */
import type { FieldChangeView } from '@client'
import { describe, expect, it } from 'vitest'

import { changeText, pageOf, type Say, valueText } from './values'

const say = ((key: string, named?: { count: number }) => (named ? `<${key} ${named.count}>` : `<${key}>`)) as Say
const change = (stated: Partial<FieldChangeView>): FieldChangeView => ({
  field: 'name',
  before: null,
  after: null,
  is_hidden: false,
  same: 0,
  more_before: 0,
  more_after: 0,
  ...stated,
})

describe('a value', () => {
  it.each([
    [null, '—'],
    [0, '0'],
    [false, '<no>'],
    [true, '<yes>'],
    ['', '<nothing>'],
    [[], '<nothing>'],
    [['a', 2, null], 'a, 2, —'],
    [{ a: 1 }, '{"a":1}'],
    ['<b>', '<b>'],
  ])('%j: %s', (value, expected) => {
    expect(valueText(value, say)).toBe(expected)
  })
})

describe('a change', () => {
  it.each([
    [{ before: 'a', after: 'b' }, 'a', 'b'],
    [{ before: 'a', is_hidden: true }, '<hidden>', '<hidden>'],
    [{ before: 'x', after: 'y', same: 3, more_before: 2 }, '<same 3> x <more 2>', '<same 3> y'],
  ])('%j', (stated, before, after) => {
    expect([changeText(change(stated), 'before', say), changeText(change(stated), 'after', say)]).toEqual([before, after])
  })
})

describe('a subject', () => {
  it.each([
    ['order:17', '/orders/17'],
    ['ticket:00ff', '/tickets/00ff'],
    ['user:3', '/users?open=3'],
    ['agent:3', undefined],
    ['order:../x', undefined],
    ['', undefined],
  ])('%s: %s', (subject, page) => {
    expect(pageOf(subject)).toBe(page)
  })
})
