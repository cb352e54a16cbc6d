// @vitest-environment jsdom
import type { TicketEventView } from '@client'
import { expect, it } from 'vitest'

import { conflictReason, lagOf, receivedAt } from './conflicts'
import type { Say } from './records'

const say: Say = (key) => key

it.each([
  ['used_up', 'conflicts.reasons.used_up'],
  ['sung', 'sung'],
  ['toString', 'toString'],
])('the reason %s is %s', (reason, text) => {
  expect(conflictReason(reason, say)).toBe(text)
})

it.each([
  ['2026-05-10T04:00:00Z', '2026-05-10T04:00:00.400Z', { minutes: 0, seconds: 0 }],
  ['2026-05-10T04:00:00Z', '2026-05-10T05:01:05Z', { minutes: 61, seconds: 5 }],
  ['2026-05-10T04:00:00Z', '2026-05-10T03:00:00Z', { minutes: 0, seconds: 0 }],
])('scanned at %s and received at %s: %j', (scanned, received, lag) => {
  expect(lagOf(scanned, received)).toEqual(lag)
})

it('was received when the history of the ticket says so, of the same gate and scan', () => {
  const event = (agent: number, happened_at: string, received_at: string | null) =>
    ({ agent: { id: agent, name: '' }, happened_at, received_at }) as TicketEventView
  const history = [
    event(2, '2026-05-10T04:00:00Z', '2026-05-10T04:00:01Z'),
    event(1, '2026-05-10T04:01:00Z', '2026-05-10T04:00:02Z'),
    event(1, '2026-05-10T12:00:00+08:00', '2026-05-10T04:30:00Z'),
  ]
  const passage = { scanned_at: '2026-05-10T04:00:00Z', agent: { id: 1 } }
  expect(receivedAt(passage, history)).toBe('2026-05-10T04:30:00Z')
  expect(receivedAt(passage, [])).toBeNull()
  expect(receivedAt(passage, null)).toBeNull()
})
