/**
 * What lists of records have in common: the filters and columns of site, seller, ticket, order, time and money.
 *
 * Law: what is not known or does not apply is `—`, never nought.
 */
import type { Method } from '@client'

import { formatFen } from '@/money/yuan'
import { exactTimeAt } from '@/times/site_time'
import { type KeyOf, type Translate, useWords } from '@/words/use_words'

import type { Column, Filter, Mark, Named, Say } from './declaration'
import { findCheckPoints, findPeople, findTicketTypes } from './named_things'
import words from './words.json'

export const METHODS = [
  'cash',
  'wechat',
  'alipay',
  'card_terminal',
  'bank_transfer',
  'prepaid',
  'on_account',
  'exchange',
] as const satisfies readonly Method[]
const CHANNELS = ['window', 'kiosk', 'agency'] as const
const MOST_CHANNEL = 40
export const NONE = '—'

type ListWords = Translate<KeyOf<typeof words>>
interface OfSite {
  site?: Named | null
}

/** Return a ticket number in groups of four. */
export function grouped(ticket: string): string {
  return ticket.replace(/(.{4})(?=.)/g, '$1 ')
}

/** Return a filter by one of a few words. */
export function choiceOf<Word extends string>(
  key: string,
  label: Say,
  all: readonly Word[],
  say: (word: Word) => string,
): Filter {
  return { kind: 'choice', key, label, options: all.map((value) => ({ value, label: () => say(value) })) }
}

/** Return a column of a state: its word, and its mark. */
export function stateColumn<Word extends string>(
  label: Say,
  marks: Readonly<Record<Word, Mark>>,
  say: (word: Word) => string,
): Column<{ state: Word }, unknown> {
  return { key: 'state', label, text: ({ state }) => say(state), mark: ({ state }) => marks[state] }
}

/** Return a column of instants, by the clock of the row's site. */
export function timeColumn<Row extends object>(key: string, label: Say, at: (row: Row) => string | null): Column<Row, unknown> {
  return {
    key,
    label,
    text: (row) => {
      const instant = at(row)
      return instant === null ? NONE : exactTimeAt(instant, (row as OfSite).site?.id)
    },
  }
}

/** Return an amount as a column, with its sum where the list has one. */
export function moneyColumn<Row, Totals = unknown>(
  key: string,
  label: Say,
  fen: (row: Row) => number | null,
  sum?: (totals: Totals) => number,
): Column<Row, Totals> {
  const text = (amount: number | null) => (amount === null ? NONE : formatFen(amount))
  return {
    key,
    label,
    isNumber: true,
    text: (row) => text(fen(row)),
    ...(sum === undefined ? {} : { sum: (totals: Totals) => formatFen(sum(totals)) }),
  }
}

/** Return a count as a column, with its sum where the list has one. */
export function countColumn<Row, Totals = unknown>(
  key: string,
  label: Say,
  count: (row: Row) => number,
  sum?: (totals: Totals) => number,
): Column<Row, Totals> {
  return {
    key,
    label,
    isNumber: true,
    text: (row) => String(count(row)),
    ...(sum === undefined ? {} : { sum: (totals: Totals) => String(sum(totals)) }),
  }
}

/** Return a column of a text that may be missing. */
export function textColumn<Row>(key: string, label: Say, text: (row: Row) => string | null | undefined): Column<Row, unknown> {
  return { key, label, text: (row) => text(row) ?? NONE, copied: (row) => text(row) ?? '' }
}

/** Return the same column, shown only where a person asks for it. */
export function extra<Row, Totals>(column: Column<Row, Totals>): Column<Row, Totals> {
  return { ...column, isExtra: true }
}

function filtersOf(say: ListWords, methodOf: (method: Method) => string) {
  return {
    days: (label: Say = () => say('record.days')): Filter => ({ kind: 'days', label }),
    seller: { kind: 'named', key: 'seller_id', label: () => say('record.seller'), find: findPeople },
    ticketType: { kind: 'named', key: 'ticket_type_id', label: () => say('record.ticket_type'), find: findTicketTypes },
    checkPoint: { kind: 'named', key: 'check_point_id', label: () => say('record.check_point'), find: findCheckPoints },
    channel: { kind: 'text', key: 'channel', label: () => say('record.channel'), most: MOST_CHANNEL },
    order: { kind: 'number', key: 'order_id', label: () => say('record.order') },
    method: choiceOf('method', () => say('record.method'), METHODS, methodOf),
  } satisfies Record<string, Filter | ((label?: Say) => Filter)>
}

function columnsOf(say: ListWords, channelOf: (channel: string | null) => string, methodOf: (method: Method) => string) {
  return {
    site: textColumn<{ site: Named | null }>(
      'site',
      () => say('record.site'),
      ({ site }) => site?.name,
    ),
    seller: textColumn<{ seller: Named | null }>(
      'seller',
      () => say('record.seller'),
      ({ seller }) => seller?.name,
    ),
    channel: {
      key: 'channel',
      label: () => say('record.channel'),
      text: ({ channel }) => channelOf(channel),
    } satisfies Column<{ channel: string | null }, unknown>,
    checkPoint: textColumn<{ check_point: Named }>(
      'check_point',
      () => say('record.check_point'),
      (row) => row.check_point.name,
    ),
    ticketType: textColumn<{ ticket_type: Named | null }>(
      'ticket_type',
      () => say('record.ticket_type'),
      (row) => row.ticket_type?.name,
    ),
    method: {
      key: 'method',
      label: () => say('record.method'),
      text: ({ method }) => methodOf(method),
    } satisfies Column<{ method: Method }, unknown>,
    order: {
      ...textColumn<{ order_id: number | null }>(
        'order',
        () => say('record.order'),
        ({ order_id }) => order_id?.toString(),
      ),
      to: ({ order_id }: { order_id: number | null }) => (order_id === null ? undefined : `/orders/${order_id}`),
    },
    ticket: {
      key: 'ticket',
      label: () => say('record.ticket'),
      text: ({ ticket_id }) => (ticket_id === null ? NONE : grouped(ticket_id)),
      copied: ({ ticket_id }) => ticket_id ?? '',
      to: ({ ticket_id }) => (ticket_id === null ? undefined : `/tickets/${ticket_id}`),
    } satisfies Column<{ ticket_id: string | null }, unknown>,
  }
}

/** Return what a list of records is made of. Call it in `setup`. */
export function useRecordParts() {
  const say = useWords(words)
  const methodOf = (method: Method) => say(`record.methods.${method}`)
  /** A partner's channel has a name of its own. */
  const channelOf = (channel: string | null) => {
    const known = CHANNELS.find((each) => each === channel)
    return known === undefined ? (channel ?? NONE) : say(`record.channels.${known}`)
  }
  return { say, methodOf, channelOf, filters: filtersOf(say, methodOf), columns: columnsOf(say, channelOf, methodOf) }
}
export type RecordParts = ReturnType<typeof useRecordParts>
