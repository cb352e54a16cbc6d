/**
 * What a ticket's history says, line by line. Pure.
 *
 * Laws: a code that this version does not know is shown as it came; a record that a gate sent late says so.
 */
import type { TicketEventView } from '@client'

import type { KeyOf, Translate } from '@/words/use_words'

import words from './words.json'

export type Say = Translate<KeyOf<typeof words>>
export type Mark = 'ok' | 'fault' | 'attention' | 'plain'

const MS_PER_MINUTE = 60_000
/** A gate that is online sends what happened within seconds. */
const LATE_MS = MS_PER_MINUTE
const CHINESE = words['zh-CN']
const MARKS: Partial<Record<TicketEventView['happening'], Mark>> = {
  entry: 'ok',
  exit: 'ok',
  refused: 'fault',
  'no-passage': 'attention',
}
export const SHAPES: Record<Mark, string> = { ok: '●', fault: '■', attention: '▲', plain: '○' }

type Vocabulary =
  'reasons' | 'channels' | 'methods' | 'kinds' | 'refund_kinds' | 'refund_states' | 'acts' | 'states' | 'documents'
const OF_WHAT: Record<TicketEventView['happening'], Vocabulary> = {
  sold: 'channels',
  paid: 'methods',
  act: 'acts',
  refused: 'reasons',
  entry: 'kinds',
  exit: 'kinds',
  'no-passage': 'kinds',
  'refund-requested': 'refund_kinds',
  'refund-decided': 'refund_states',
}

/** Return what people call a code. */
export function wordOf(vocabulary: Vocabulary, code: string, say: Say): string {
  const key = code.replaceAll('.', '-')
  return Object.hasOwn(CHINESE[vocabulary], key) ? say(`${vocabulary}.${key}` as KeyOf<typeof words>) : code
}

export function markOf({ happening }: Pick<TicketEventView, 'happening'>): Mark {
  return MARKS[happening] ?? 'plain'
}

/** Return a line's words: what happened, and more of it where that says something new. */
export function whatOf(event: TicketEventView, say: Say): string {
  const happened = say(`happenings.${event.happening}`)
  const isNew = event.what !== '' && event.what !== event.happening
  const more = isNew ? wordOf(OF_WHAT[event.happening], event.what, say) : ''
  const first = event.happening === 'act' ? [more || happened] : [happened, more]
  const persons = event.persons !== null && event.persons > 1 ? say('persons', { count: event.persons }) : ''
  return [...first, persons].filter(Boolean).join(' · ')
}

/** Return by how many minutes a gate told it late; 0 where it did not. */
export function lateMinutes({ happened_at, received_at }: Pick<TicketEventView, 'happened_at' | 'received_at'>): number {
  if (received_at === null) return 0
  const lag = Date.parse(received_at) - Date.parse(happened_at)
  return lag > LATE_MS ? Math.floor(lag / MS_PER_MINUTE) : 0
}

/** Return how often each thing that matters happened. */
export function countsOf(events: readonly TicketEventView[]) {
  const count = (fits: (event: TicketEventView) => boolean) => events.filter(fits).length
  return {
    entries: count(({ happening }) => happening === 'entry'),
    exits: count(({ happening }) => happening === 'exit'),
    refusals: count(({ happening }) => happening === 'refused'),
    reprints: count(({ happening, what }) => happening === 'act' && what === 'ticket.reprint'),
    refunds: count(({ happening }) => happening === 'refund-requested'),
  }
}

/** Return a ticket's number in groups of four. */
export function inGroups(ticket: string): string {
  return ticket.replace(/(.{4})(?=.)/g, '$1 ')
}
