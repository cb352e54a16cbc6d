/**
 * What is asked of a closed gate, what of it may stand in the address, and what follows from the answer. Pure.
 *
 * Laws: an address holds the number of a ticket or of a check point, never what a visitor showed or said; an act is offered only
 * where its page stands.
 */
import type { Act, ExplanationBody, ExplanationsView, ExplanationView } from '@client'
import type { LocationQuery, LocationQueryRaw, RouteLocationRaw } from 'vue-router'

import { asSearched } from '@/search/reading'

import type words from './words.json'

export type Asked = { text: string } | { gate: number }
export type Way = 'ticket' | 'order' | 'refund' | 'sell'
export type Advice = keyof (typeof words)['zh-CN']['acts']

const TICKET = /^[0-9a-f]{16}$/
const GATE = /^[1-9]\d{0,8}$/
const MOST_GATES = 12
const ADVICE = new Set<Act>([
  'show-ticket',
  'other-site',
  'other-gate',
  'set-clock',
  'unlock-gate',
  'restore-network',
  'wait',
  'update-agent',
  'show-document',
  'override',
  'fewer-persons',
  'show-ticket-code',
  'see-to-gate',
])

/** Return what a text asks; null where it is none. */
export function textAsked(text: string): Asked | null {
  const shown = asSearched(text)
  return shown === '' ? null : { text: shown }
}

/** Return what an address asks; null where it asks nothing. */
export function askedIn({ ticket, gate }: LocationQuery): Asked | null {
  if (typeof ticket === 'string' && TICKET.test(ticket)) return { text: ticket }
  return typeof gate === 'string' && GATE.test(gate) ? { gate: Number(gate) } : null
}

export function bodyOf(asked: Asked): ExplanationBody {
  return 'gate' in asked ? { check_point_id: asked.gate } : { text: asked.text }
}

/** Return what stands in the address: the gate that was asked, or the one ticket that the answer is about. */
export function addressOf(asked: Asked, { items }: ExplanationsView): LocationQueryRaw {
  if ('gate' in asked) return { gate: asked.gate }
  const tickets = new Set(items.map(({ ticket_id }) => ticket_id))
  const [ticket] = tickets
  return tickets.size === 1 && ticket ? { ticket } : {}
}

/** Return the pages that help, by what central says helps; `stands` knows pages by their key. */
export function waysOn(one: ExplanationView, stands: (key: string) => boolean): { way: Way; to: RouteLocationRaw }[] {
  const { acts, ticket_id, order_id } = one
  const ways: { way: Way; page: string; to: RouteLocationRaw | null }[] = [
    {
      way: 'refund',
      page: 'refunds',
      to: acts.includes('refund') && ticket_id ? { name: 'refunds', query: { ticket_id } } : null,
    },
    { way: 'sell', page: 'sell', to: acts.includes('sell') ? { name: 'sell' } : null },
    { way: 'ticket', page: 'ticket', to: ticket_id ? { name: 'ticket', params: { ticket_id } } : null },
    { way: 'order', page: 'order', to: order_id === null ? null : { name: 'order', params: { order_id } } },
  ]
  return ways.flatMap(({ way, page, to }) => (to !== null && stands(page) ? [{ way, to }] : []))
}

/** Return what people at the desk or the gate can do beside what the sentence says already: its first act. */
export function adviceOf(acts: readonly Act[]): Advice[] {
  return acts.slice(1).filter((act): act is Act & Advice => ADVICE.has(act))
}

/** Return the gates that are offered at once, and those that are chosen from a list. */
export function split<T>(gates: readonly T[]): { first: readonly T[]; more: readonly T[] } {
  return { first: gates.slice(0, MOST_GATES), more: gates.slice(MOST_GATES) }
}
