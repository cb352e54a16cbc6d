/** Days of a site as instants, in summer time too. */
import { describe, expect, it } from 'vitest'

import { beginOf, stretchOf } from './stretch'

describe('a business day', () => {
  it.each([
    ['2026-05-10', 'Asia/Shanghai', 0, '2026-05-09T16:00:00.000Z'],
    ['2026-05-10', 'Asia/Shanghai', 3, '2026-05-09T19:00:00.000Z'],
    ['2026-03-08', 'America/Los_Angeles', 0, '2026-03-08T08:00:00.000Z'],
    ['2026-03-09', 'America/Los_Angeles', 0, '2026-03-09T07:00:00.000Z'],
    ['2026-11-02', 'America/Los_Angeles', 3, '2026-11-02T11:00:00.000Z'],
  ])('%s in %s, which ends at %i, begins at %s', (day, zone, dayEndsAtHour, expected) => {
    expect(new Date(beginOf(day, { zone, dayEndsAtHour })).toISOString()).toBe(expected)
  })

  it('is asked for to its last millisecond, and an open end stays open', () => {
    const clock = { zone: 'Asia/Shanghai', dayEndsAtHour: 0 }
    expect(stretchOf({ first_day: '2026-05-10', last_day: '2026-05-10' }, clock)).toEqual({
      since: '2026-05-09T16:00:00.000Z',
      until: '2026-05-10T15:59:59.999Z',
    })
    expect(stretchOf({ last_day: '2026-05-10' }, clock)).toEqual({ until: '2026-05-10T15:59:59.999Z' })
    expect(stretchOf({}, clock)).toEqual({})
  })
})
