/** The three statistics (门票, 渠道, 分销): what each reads, shows in its table and draws in its chart. */
import {
  exportPromoterStatistics,
  exportSellerStatistics,
  exportTicketStatistics,
  type PromoterFiguresView,
  readPromoterStatistics,
  readSellerStatistics,
  readTicketStatistics,
  type ReadTicketStatisticsData,
  type SellerFiguresView,
  type TicketFiguresView,
} from '@client'

import type { Column, ExportFormat } from '@/lists/declaration'
import { countColumn, moneyColumn, NONE, type RecordParts } from '@/lists/record_parts'
import type { KeyOf, Translate } from '@/words/use_words'

import type { Amount } from '../figures/sums'
import { daysBetween } from './days_between'
import type words from './words.json'

export type Say = Translate<KeyOf<typeof words>>
export type Query = NonNullable<ReadTicketStatisticsData['query']>
export const TABS = ['ticket', 'seller', 'promoter'] as const
export type TabKey = (typeof TABS)[number]

interface Asked {
  query: Query
  signal?: AbortSignal
}
type Sums = Record<string, number>
export interface Tab<Row> {
  key: TabKey
  read: (asked: Asked) => Promise<{ data: { items: Row[] } }>
  export: (asked: { query: Query & { format: ExportFormat }; parseAs: 'blob' }) => Promise<{ data: unknown }>
  columns: Column<Row, Sums>[]
  /** What is summed below the table. */
  sums: (rows: readonly Row[]) => Sums
  rowKey: (row: Row) => string
  bars: (rows: readonly Row[], query: Query) => string[]
  amounts: (rows: readonly Row[]) => Amount[]
}

/** The keys of a row that hold numbers. */
type Numbers<Row> = { [K in keyof Row & string]: Row[K] extends number ? K : never }[keyof Row & string]

function numbersOf<Row>(say: Say, keys: readonly Numbers<Row>[]): Pick<Tab<Row>, 'columns' | 'sums'> {
  const numberIn = (row: Row, key: Numbers<Row>) => row[key] as number
  return {
    columns: keys.map((key) => {
      const column = key.endsWith('_fen') ? moneyColumn<Row, Sums> : countColumn<Row, Sums>
      return column(
        key,
        () => say(`figures.${key}` as KeyOf<typeof words>),
        (row) => numberIn(row, key),
        (sums) => sums[key] ?? 0,
      )
    }),
    sums: (rows) => Object.fromEntries(keys.map((key) => [key, rows.reduce((sum, row) => sum + numberIn(row, key), 0)])),
  }
}

export function ticketTab(say: Say): Tab<TicketFiguresView> {
  const nameOf = ({ ticket_type }: TicketFiguresView) => ticket_type?.name ?? say('walk_ins')
  const numbers = numbersOf<TicketFiguresView>(say, [
    'tickets',
    'persons',
    'sold_fen',
    'refunded_tickets',
    'refunded_fen',
    'entries',
  ])
  return {
    ...numbers,
    key: 'ticket',
    read: readTicketStatistics,
    export: exportTicketStatistics,
    columns: [
      { key: 'day', label: () => say('day'), text: ({ day }) => day },
      { key: 'type', label: () => say('ticket_type'), text: nameOf },
      ...numbers.columns,
    ],
    rowKey: ({ day, ticket_type }) => `${day} ${ticket_type?.id ?? 0}`,
    bars: (_, { first_day, last_day }) => daysBetween(first_day, last_day),
    amounts: (rows) =>
      rows.map((row) => ({
        bar: row.day,
        part: { id: String(row.ticket_type?.id ?? 0), name: nameOf(row) },
        amount: row.sold_fen,
      })),
  }
}

const distinct = (names: readonly string[]) => [...new Set(names)]

export function sellerTab(say: Say, { columns: shared, channelOf }: RecordParts): Tab<SellerFiguresView> {
  const numbers = numbersOf<SellerFiguresView>(say, [
    'orders',
    'tickets',
    'persons',
    'sold_fen',
    'refunded_tickets',
    'refunded_fen',
    'taken_fen',
    'returned_fen',
  ])
  return {
    ...numbers,
    key: 'seller',
    read: readSellerStatistics,
    export: exportSellerStatistics,
    columns: [shared.seller, shared.channel, ...numbers.columns],
    rowKey: ({ seller, channel }) => `${seller.id} ${channel}`,
    bars: (rows) => distinct(rows.map(({ seller }) => seller.name)),
    amounts: (rows) =>
      rows.map(({ seller, channel, sold_fen }) => ({
        bar: seller.name,
        part: { id: channel, name: channelOf(channel) },
        amount: sold_fen,
      })),
  }
}

export function promoterTab(say: Say): Tab<PromoterFiguresView> {
  const numbers = numbersOf<PromoterFiguresView>(say, [
    'orders',
    'tickets',
    'persons',
    'sold_fen',
    'refunded_tickets',
    'refunded_fen',
    'net_fen',
  ])
  return {
    ...numbers,
    key: 'promoter',
    read: readPromoterStatistics,
    export: exportPromoterStatistics,
    columns: [
      { key: 'promoter', label: () => say('promoter'), text: ({ promoter }) => promoter.name || NONE },
      ...numbers.columns,
    ],
    rowKey: ({ promoter }) => String(promoter.id),
    bars: (rows) => distinct(rows.map(({ promoter }) => promoter.name)),
    amounts: (rows) =>
      rows.map(({ promoter, sold_fen }) => ({
        bar: promoter.name,
        part: { id: 'sold', name: say('figures.sold_fen') },
        amount: sold_fen,
      })),
  }
}
