/** What is a time of day. */
import { describe, expect, it } from 'vitest'

import { timeIn } from './typed_time'

describe('a time of day', () => {
  it.each([
    ['9:30', '09:30:00'],
    ['0930', '09:30:00'],
    ['０９：３０', '09:30:00'],
    ['23:59:30', '23:59:30'],
    ['24:00', null],
    ['9:60', null],
    ['9', null],
    ['noon', null],
  ])('is read from %j', (text, time) => {
    expect(timeIn(text)).toBe(time)
  })
})
