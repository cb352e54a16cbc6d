/**
 * What a list is: its filters, its columns and the operations that serve it. `ListPage` does the rest.
 *
 * Law: a text is a function, so that it follows the language.
 */
import type { Component } from 'vue'
import type { RouteLocationRaw } from 'vue-router'

import type { Days, NamedDays } from './days'
import type { Fact } from './facts'

export type Say = () => string
/** The shapes that say how a thing stands without colour: ● ▲ ■ ○. */
export type Mark = 'ok' | 'attention' | 'fault' | 'off'

export interface Named {
  id: number
  name: string
}

interface FilterBase {
  /** Its name in the operation's query and in the address. */
  key: string
  label: Say
}
export type Filter =
  /** The stretch of business days: `first_day` and `last_day` of the query; `named`: what is offered by name, all of them unless stated. */
  | { kind: 'days'; label: Say; named?: readonly NamedDays[] }
  /** One of a few words. */
  | (FilterBase & { kind: 'choice'; options: readonly { value: string; label: Say }[] })
  /** A thing with a number and a name: looked up as it is typed, at the site in view (null: at all). */
  | (FilterBase & { kind: 'named'; find: (text: string, siteId: number | null) => Promise<readonly Named[]> })
  | (FilterBase & { kind: 'text'; most: number })
  | (FilterBase & { kind: 'number' })
  /** A ticket number: 16 hexadecimal digits, typed with or without blanks. */
  | (FilterBase & { kind: 'ticket' })
export type KeyedFilter = Exclude<Filter, { kind: 'days' }>

export interface Column<Row, Totals> {
  /** Its name in the address and in saved views: lower case. */
  key: string
  label: Say
  text: (row: Row) => string
  /** What is copied instead of the text, as a ticket number without its blanks. */
  copied?: (row: Row) => string
  mark?: (row: Row) => Mark
  /** The page that shows more of it, as the drawer offers. */
  to?: (row: Row) => RouteLocationRaw | undefined
  /** Right-aligned. */
  isNumber?: boolean
  /** Shown only where a person asks for it. */
  isExtra?: boolean
  /** Its cell in the row of sums. */
  sum?: (totals: Totals) => string
}

export interface ListedPage<Row> {
  items: readonly Row[]
  next?: string | null
}
interface Asked<Query> {
  query: Query
  signal?: AbortSignal
}
/** The orders of a list; `largest`: by its money. */
export const SORTS = ['newest', 'oldest', 'largest'] as const
export type Sort = (typeof SORTS)[number]
export const BY_TIME = ['newest', 'oldest'] as const
export interface Paging<Order> {
  after?: string
  limit: number
  sort?: Order
}
export type ExportFormat = 'csv' | 'xlsx'

export interface ListDeclaration<Row, Query, Totals, Order extends Sort = (typeof BY_TIME)[number]> {
  /** The page's key in central's menu: under it the views are saved. */
  key: string
  title: Say
  filters: readonly Filter[]
  /** The days that it begins with: today unless stated. */
  daysAtFirst?: Days
  columns: readonly Column<Row, Totals>[]
  /** Whether the operations take `site_id`. */
  isOfSite: boolean
  /** The orders that the operation takes: the newest come first unless asked otherwise. None: it has one order only. */
  sorts: readonly Order[]
  rowKey: (row: Row) => string
  list: (asked: Asked<Query & Paging<Order>>) => Promise<{ data: ListedPage<Row> }>
  totals?: {
    read: (asked: Asked<Query>) => Promise<{ data: Totals }>
    /** How many rows the list has. */
    count: (totals: Totals) => number
  }
  exports?: {
    atOnce: (asked: Asked<Query & { format: ExportFormat }> & { parseAs: 'blob' }) => Promise<{ data: unknown }>
    /** Makes it in the background; without it every export is made at once. */
    keep?: (asked: {
      body: Query & { format: ExportFormat }
      headers: { 'Idempotency-Key': string }
    }) => Promise<{ data: { export_id: number } }>
  }
  /** Shows one row in full: it is given `row`. */
  drawer?: Component
  /** Without a drawer of its own: what is shown of a row beside all its columns. */
  facts?: (row: Row) => readonly Fact[]
  /** What to do first where there is nothing at all. */
  empty: Say
}
