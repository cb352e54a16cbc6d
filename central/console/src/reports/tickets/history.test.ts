import type { TicketEventView } from '@client'
import { describe, expect, it } from 'vitest'

import { countsOf, inGroups, lateMinutes, markOf, type Say, whatOf, wordOf } from './history'

const say: Say = (key, named) => [key, ...Object.values(named ?? {})].join(' ')

function event(given: Partial<TicketEventView>): TicketEventView {
  const nothing = { person: null, check_point: null, agent: null, persons: null, amount_fen: null, received_at: null }
  return { happened_at: '2026-05-10T04:00:00Z', happening: 'entry', what: '', ...nothing, ...given }
}

describe('a line of the history', () => {
  it.each([
    [{ happening: 'sold', what: 'window' }, 'happenings.sold · channels.window', 'plain'],
    [{ happening: 'sold', what: 'a partner' }, 'happenings.sold · a partner', 'plain'],
    [{ happening: 'act', what: 'ticket.reprint' }, 'acts.ticket-reprint', 'plain'],
    [{ happening: 'act', what: 'ticket.sung' }, 'ticket.sung', 'plain'],
    [{ happening: 'refused', what: 'wrong_day' }, 'happenings.refused · reasons.wrong_day', 'fault'],
    [{ happening: 'refused', what: 'toString' }, 'happenings.refused · toString', 'fault'],
    [{ happening: 'entry', what: 'entry', persons: 1 }, 'happenings.entry', 'ok'],
    [{ happening: 'entry', what: 'override', persons: 3 }, 'happenings.entry · kinds.override · persons 3', 'ok'],
    [{ happening: 'no-passage', what: 'entry' }, 'happenings.no-passage · kinds.entry', 'attention'],
    [{ happening: 'refund-decided', what: 'paid' }, 'happenings.refund-decided · refund_states.paid', 'plain'],
  ] as const)('%j', (given, text, mark) => {
    expect(whatOf(event(given), say)).toBe(text)
    expect(markOf(event(given))).toBe(mark)
  })

  it.each([
    [null, 0],
    ['2026-05-10T04:01:00Z', 0],
    ['2026-05-10T04:01:00.001Z', 1],
    ['2026-05-10T04:12:30Z', 12],
    ['2026-05-10T03:00:00Z', 0],
  ])('uploaded at %s is %i minutes late', (received_at, minutes) => {
    expect(lateMinutes(event({ received_at }))).toBe(minutes)
  })
})

it('counts what happened, each by its kind', () => {
  const kinds = ['entry', 'entry', 'exit', 'refused', 'no-passage', 'refund-requested', 'refund-decided'] as const
  const acts = ['ticket.reprint', 'ticket.block'].map((what) => event({ happening: 'act', what }))
  const counted = countsOf([...kinds.map((happening) => event({ happening })), ...acts])
  expect(counted).toEqual({ entries: 2, exits: 1, refusals: 1, reprints: 1, refunds: 1 })
})

it('groups a number, and knows each state', () => {
  expect(inGroups('0123456789abcdef')).toBe('0123 4567 89ab cdef')
  expect(wordOf('states', 'blocked', say)).toBe('states.blocked')
})
