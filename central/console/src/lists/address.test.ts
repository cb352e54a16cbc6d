/** A list's state and its address: a round trip, and whatever else people put into an address. */
import { describe, expect, it } from 'vitest'

import { addressOf, BEGINNING, beginningOf, type ListState, queryOf, type Shape, stateIn, ticketIn } from './address'
import { daysIn, pinned, rangeOf } from './days'

const say = () => ''
const SHAPE: Shape = {
  sorts: ['newest', 'oldest'],
  isOfSite: true,
  columns: ['time', 'ticket', 'name'].map((key) => ({ key })),
  filters: [
    { kind: 'days', label: say },
    { kind: 'choice', key: 'state', label: say, options: [{ value: 'passed', label: say }] },
    { kind: 'named', key: 'type_id', label: say, find: () => Promise.resolve([]) },
    { kind: 'text', key: 'channel', label: say, most: 40 },
    { kind: 'ticket', key: 'ticket_id', label: say },
    { kind: 'number', key: 'order_id', label: say },
  ],
}

describe('a state', () => {
  const full: ListState = {
    days: { first: '2026-05-01', last: '2026-05-10' },
    values: { state: 'passed', type_id: 7, channel: '窗口 & "a=b" <b>', ticket_id: '00ff00ff00ff00ff', order_id: 9 },
    sort: 'oldest',
    columns: ['time', 'name'],
    open: 'ab-1',
  }
  it.each([
    ['as it begins', BEGINNING],
    ['in full', full],
    ['of named days', { ...BEGINNING, days: 'last-month' as const }],
    ['from a day on', { ...BEGINNING, days: { first: '2026-05-01', last: '' } }],
  ])('%s comes back from its address', (_name, state) => {
    expect(stateIn(Object.fromEntries(new URLSearchParams(addressOf(state))), SHAPE)).toEqual(state)
  })
  it('that a list begins with has an empty address', () => {
    expect(addressOf(BEGINNING)).toEqual({})
    const all = { daysAtFirst: 'all' } as const
    expect(addressOf(beginningOf(all), all)).toEqual({})
    expect(addressOf(BEGINNING, all)).toEqual({ days: 'today' })
    expect(stateIn({}, { ...SHAPE, ...all })).toEqual(beginningOf(all))
  })
})

describe('a hostile address', () => {
  it.each([
    [{ state: '<script>' }],
    [{ state: ['gone', 'passed'] }],
    [{ type_id: '0' }],
    [{ type_id: '-1' }],
    [{ type_id: '1e3' }],
    [{ type_id: '99999999999999999999' }],
    [{ type_id: null }],
    [{ channel: 'a\u0000b' }],
    [{ channel: 'x'.repeat(41) }],
    [{ channel: '  ' }],
    [{ ticket_id: '00ff' }],
    [{ ticket_id: 'zzff00ff00ff00ff' }],
    [{ days: '2026-02-30..2026-03-01' }],
    [{ days: '2026-05-02..2026-05-01' }],
    [{ days: '..' }],
    [{ days: 'a..b..c' }],
    [{ days: '__proto__' }],
    [{ sort: 'random' }],
    [{ columns: 'password,__proto__' }],
    [{ open: 'x'.repeat(201) }],
    [{ site_id: '2', limit: '1000000' }],
  ])('%j is as if it were not there', (raw) => {
    expect(stateIn(raw, SHAPE)).toEqual(BEGINNING)
  })
})

describe('a query', () => {
  it('states the site, the days and the filters', () => {
    const state: ListState = { ...BEGINNING, values: { order_id: 9 } }
    expect(queryOf(state, SHAPE, '2026-05-10', 1)).toEqual({
      site_id: 1,
      first_day: '2026-05-10',
      last_day: '2026-05-10',
      order_id: 9,
    })
    expect(queryOf({ ...BEGINNING, days: 'all' }, SHAPE, '2026-05-10', null)).toEqual({})
  })
})

describe('days', () => {
  it.each([
    ['today', '2026-03-01', '2026-03-01'],
    ['yesterday', '2026-02-28', '2026-02-28'],
    ['last-7', '2026-02-23', '2026-03-01'],
    ['this-month', '2026-03-01', '2026-03-01'],
    ['last-month', '2026-02-01', '2026-02-28'],
    ['all', '', ''],
    ['..2026-01-01', '', '2026-01-01'],
  ])('%s: %s to %s', (text, first, last) => {
    expect(rangeOf(daysIn(text) ?? 'all', '2026-03-01')).toEqual({ first, last })
  })
  it('stand still in a link to a row', () => {
    expect(pinned('today', '2026-05-10')).toEqual({ first: '2026-05-10', last: '2026-05-10' })
    expect(pinned('all', '2026-05-10')).toBe('all')
  })
})

describe('a ticket number', () => {
  it.each([
    ['00FF 00ff-00ff 00FF', '00ff00ff00ff00ff'],
    ['00ff00ff00ff00f', null],
    ['', null],
  ])('%s: %s', (text, expected) => {
    expect(ticketIn(text)).toBe(expected)
  })
})
