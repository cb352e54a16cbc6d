import type { HomeView, OpenView, SiteTodayView } from '@client'
import { describe, expect, it } from 'vitest'

import { ageOf, figuresOf, isStale, linePoints, openOf, percentOf } from './figures'

const NOON = Date.parse('2026-05-10T12:00:00Z')
const day = (tickets: number, entries: number, taken_fen = 0, returned_fen = 0) => ({
  ...{ tickets, entries, taken_fen, returned_fen },
  persons: 0,
})
const hour = (begins_at: string, tickets: number, entries: number) => ({
  ...{ begins_at, tickets, entries, tickets_yesterday: tickets * 2, entries_yesterday: entries * 2 },
})

function item(given: Partial<SiteTodayView> = {}): SiteTodayView {
  return {
    ...{ site: { id: 1, name: 'A' }, day: '2026-05-10', today: day(3, 2, 800, 100), yesterday: day(9, 9) },
    ...{ same_day_last_week: day(7, 6), yesterday_so_far: day(4, 1), methods: [], exceptions: [], check_points: null },
    hours: [hour('2026-05-10T11:00:00Z', 1, 2), hour('2026-05-10T12:00:00Z', 2, 0), hour('2026-05-10T13:00:00Z', 0, 0)],
    ...{ on_site: null, corrected: null, load: null, coming_days: null },
    ...given,
  }
}

describe('the four figures', () => {
  it('are of one site, by the hours that have begun', () => {
    const [tickets, entries, taken, returned] = figuresOf([item()], NOON)
    const hours = { hours: [1, 2], hoursYesterday: [2, 4, 0] }
    expect(tickets).toEqual({ name: 'tickets', today: 3, yesterdaySoFar: 4, lastWeek: 7, ...hours })
    expect(entries?.hours).toEqual([2, 0])
    expect([taken?.today, returned?.today, taken?.hours]).toEqual([800, 100, []])
  })

  it('are the sums of several sites, and nought of none', () => {
    const two = figuresOf([item(), item({ hours: [hour('2026-05-10T11:00:00Z', 5, 5)] })], NOON)
    expect(two[0]).toMatchObject({ today: 6, yesterdaySoFar: 8, lastWeek: 14, hours: [6, 2] })
    expect(figuresOf([], NOON).map(({ today, hours }) => [today, hours])).toEqual(Array(4).fill([0, []]))
  })
})

it.each([
  [[0, 5, 10], 10, 3, '0.0,20.0 50.0,10.0 100.0,0.0'],
  [[5], 10, 3, '0.0,10.0'],
  [[0, 0], 0, 2, '0.0,20.0 100.0,20.0'],
  [[], 10, 3, ''],
  [[7], 7, 1, '0.0,0.0'],
])('the line of %j of %i over %i hours is %s', (values, most, places, points) => {
  expect(linePoints(values, most, places, 100, 20)).toBe(points)
})

describe('what is open', () => {
  const open = (kind: OpenView['kind'], count: number, oldest_at: string | null = null): OpenView => ({ kind, count, oldest_at })
  const home = (of_no_site: OpenView[], ...sites: OpenView[][]): HomeView => ({
    items: sites.map((exceptions) => item({ exceptions })),
    of_no_site,
  })

  it('is one line for each kind, the oldest first', () => {
    const early = '2026-05-09T23:00:00Z'
    const said = home(
      [open('differences', 1, '2026-05-10T00:00:00Z')],
      [open('alarms', 2, '2026-05-10T01:00:00Z'), open('conflicts', 0)],
      [open('alarms', 1, '2026-05-10T07:30:00+08:00'), open('differences', 4, early)],
    )
    expect(openOf(said)).toEqual([open('differences', 5, early), open('alarms', 3, '2026-05-10T07:30:00+08:00')])
  })

  it('is nothing', () => {
    expect(openOf(home([open('differences', 0)], [open('alarms', 0)]))).toEqual([])
  })
})

it.each([
  ['2026-05-10T12:00:30Z', 'now', 0],
  ['2026-05-10T11:59:01Z', 'now', 0],
  ['2026-05-10T11:59:00Z', 'minutes', 1],
  ['2026-05-10T11:00:00Z', 'hours', 1],
  ['2026-05-08T11:00:00Z', 'days', 2],
])('%s is %s %i ago', (instant, unit, count) => {
  expect(ageOf(instant, NOON)).toEqual({ unit, count })
})

it.each([
  ['live', 600_000, false, false],
  ['live', 0, true, true],
  ['waiting', 29_999, false, false],
  ['waiting', 30_000, false, true],
  ['offline', 0, false, true],
] as const)('%s, read %i ms ago, fault %s: stale %s', (mark, ago, fault, stale) => {
  expect(isStale(mark, ago, fault)).toBe(stale)
})

it.each([
  [50, 200, 25],
  [0, 200, 0],
  [5, null, null],
  [5, undefined, null],
])('%i of %s is %s percent', (value, most, percent) => {
  expect(percentOf(value, most)).toBe(percent)
})
