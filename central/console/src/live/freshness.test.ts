/** When the badge stops to call itself live, and the time that it names. */
import { describe, expect, it } from 'vitest'

import { freshness, timeOf } from './freshness'

describe('the stream', () => {
  it.each([
    ['open', 0, 'live'],
    ['open', 29_999, 'live'],
    ['open', 30_000, 'waiting'],
    ['connecting', 2_000, 'live'],
    ['connecting', 30_000, 'waiting'],
    ['connecting', null, 'waiting'],
    ['offline', 1_000, 'offline'],
    ['ended', 1_000, 'offline'],
  ] as const)('%s, heard %s ms ago, is %s', (link, ageMs, expected) => {
    expect(freshness(link, ageMs)).toBe(expected)
  })

  it.each([
    [0, 'Asia/Shanghai', '14:32:05'],
    [90_000_000, 'Asia/Shanghai', '2026-05-10 14:32:05'],
    [0, 'America/Los_Angeles', '23:32:05'],
    [90_000_000, 'America/Los_Angeles', '2026-05-09 23:32:05'],
  ])('heard %i ms ago is named in %s as %s', (ageMs, zone, expected) => {
    expect(timeOf(Date.parse('2026-05-10T06:32:05Z'), ageMs, zone)).toBe(expected)
  })
})
