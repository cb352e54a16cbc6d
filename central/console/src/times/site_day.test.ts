/** Days of a site: by its own clock, in summer time too, wherever the browser stands. */
import { describe, expect, it } from 'vitest'

import { differsHere, firstOfMonth, isDay, mondayOf, shiftDay, siteDay, wallClock, weekday } from './site_day'

const at = (text: string) => Date.parse(text)

describe('the business day', () => {
  it.each([
    ['2026-05-10T15:59:59Z', 'Asia/Shanghai', 0, '2026-05-10'],
    ['2026-05-10T16:00:00Z', 'Asia/Shanghai', 0, '2026-05-11'],
    ['2026-05-10T18:59:59Z', 'Asia/Shanghai', 3, '2026-05-10'],
    ['2026-05-10T19:00:00Z', 'Asia/Shanghai', 3, '2026-05-11'],
    ['2026-12-31T16:30:00Z', 'Asia/Shanghai', 2, '2026-12-31'],
    ['2026-03-08T09:59:00Z', 'America/Los_Angeles', 3, '2026-03-07'],
    ['2026-03-08T10:00:00Z', 'America/Los_Angeles', 3, '2026-03-08'],
  ])('%s in %s, ends at %i: %s', (instant, zone, dayEndsAtHour, day) => {
    expect(siteDay(at(instant), { zone, dayEndsAtHour })).toBe(day)
  })
})

describe('the clock on the wall', () => {
  it('shows midnight as 00, not as 24', () => {
    expect(wallClock(at('2026-05-10T16:00:05Z'), 'Asia/Shanghai')).toEqual({
      day: '2026-05-11',
      hour: 0,
      minute: '00:00',
      second: '00:00:05',
    })
  })
  it('says where the browser shows another time', () => {
    const here = new Intl.DateTimeFormat().resolvedOptions().timeZone
    expect(differsHere(at('2026-05-10T16:00:00Z'), here)).toBe(false)
    expect(differsHere(at('2026-05-10T16:00:00Z'), 'Pacific/Kiritimati')).toBe(true)
  })
})

describe('days', () => {
  it.each([
    ['2026-02-28', true],
    ['2024-02-29', true],
    ['2026-02-29', false],
    ['2026-13-01', false],
    ['0000-01-01', false],
    ['2026-2-3', false],
    ['today', false],
    ['', false],
  ])('%s: %s', (text, expected) => {
    expect(isDay(text)).toBe(expected)
  })
  it('are counted over months and years', () => {
    expect(shiftDay('2026-03-01', -1)).toBe('2026-02-28')
    expect(shiftDay('2026-12-31', 1)).toBe('2027-01-01')
    expect(firstOfMonth('2026-01-31', -1)).toBe('2025-12-01')
    expect(['2026-05-10', '2026-05-11', '2026-05-17'].map(mondayOf)).toEqual(['2026-05-04', '2026-05-11', '2026-05-11'])
    expect(weekday('2026-11-30', 'zh-CN')).toBe('周一')
    expect(weekday('2026-11-30', 'en')).toBe('Mon')
  })
})
