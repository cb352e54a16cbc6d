/** Takings (收款统计): what orders brought in and gave back, by method, by day and by seller, with the over and short of drawers. */
import {
  type DayTakingsView,
  listShifts,
  type Method,
  type MethodTakingsView,
  readSellerStatistics,
  readTakings,
  type ReadTakingsData,
  type SellerFiguresView,
  type ShiftItem,
  type SumView,
  type TakingsView,
} from '@client'

import { may } from '@/identity/session'
import type { Column } from '@/lists/declaration'
import { countColumn, moneyColumn, type RecordParts } from '@/lists/record_parts'
import type { KeyOf, Translate } from '@/words/use_words'

import { type OverShort, overShortOf } from './figures/sums'
import type words from './words.json'

export type Say = Translate<KeyOf<typeof words>>
export type Query = NonNullable<ReadTakingsData['query']>
export interface Found {
  takings: TakingsView
  /** Null: a method is asked for, and sellers' sums are not known by method. */
  sellers: SellerFiguresView[] | null
  /** Null: the person may not see shifts, or there are more than are read. */
  drawers: OverShort[] | null
}

const SHIFTS_AT_ONCE = 200
const MOST_READINGS = 5

/** Return all shifts that were closed of these days, or null where there are more than a page can sum. */
async function closedShifts(query: Omit<Query, 'method'>, signal: AbortSignal): Promise<ShiftItem[] | null> {
  const found: ShiftItem[] = []
  let after: string | null | undefined
  for (let reading = 0; reading < MOST_READINGS; reading += 1) {
    const paging = { limit: SHIFTS_AT_ONCE, ...(after ? { after } : {}) }
    const page = (await listShifts({ query: { ...query, state: 'closed', ...paging }, signal })).data
    found.push(...page.items)
    after = page.next
    if (!after) return found
  }
  return null
}

export async function readFound(query: Query, signal: AbortSignal): Promise<Found> {
  const { method, ...further } = query
  const [takings, sellers, shifts] = await Promise.all([
    readTakings({ query, signal }),
    method === undefined ? readSellerStatistics({ query: further, signal }) : null,
    may('shifts.read') ? closedShifts(further, signal) : null,
  ])
  return {
    takings: takings.data,
    sellers: sellers?.data.items ?? null,
    drawers: shifts === null ? null : overShortOf(shifts),
  }
}

function sumColumns<Row extends SumView>(say: Say): Column<Row, SumView>[] {
  return [
    countColumn(
      'payments',
      () => say('takings.payments'),
      ({ payments }) => payments,
      ({ payments }) => payments,
    ),
    moneyColumn(
      'taken',
      () => say('takings.taken'),
      ({ taken_fen }) => taken_fen,
      ({ taken_fen }) => taken_fen,
    ),
    countColumn(
      'returns',
      () => say('takings.returns'),
      ({ returns }) => returns,
      ({ returns }) => returns,
    ),
    moneyColumn(
      'returned',
      () => say('takings.returned'),
      ({ returned_fen }) => returned_fen,
      ({ returned_fen }) => returned_fen,
    ),
    moneyColumn(
      'net',
      () => say('takings.net'),
      ({ net_fen }) => net_fen,
      ({ net_fen }) => net_fen,
    ),
  ]
}

export function methodColumns(say: Say, { methodOf, say: sayShared }: RecordParts): Column<MethodTakingsView, SumView>[] {
  const text = ({ method }: { method: Method }) => methodOf(method)
  return [{ key: 'method', label: () => sayShared('record.method'), text }, ...sumColumns<MethodTakingsView>(say)]
}

export function dayColumns(say: Say, { columns: shared }: RecordParts): Column<DayTakingsView, SumView>[] {
  return [
    { key: 'day', label: () => say('takings.day'), text: ({ day }) => day },
    shared.site,
    shared.method,
    ...sumColumns<DayTakingsView>(say),
  ]
}

type SellerSums = Record<'taken_fen' | 'returned_fen' | 'orders', number>
export function sellerColumns(say: Say, { columns: shared }: RecordParts): Column<SellerFiguresView, SellerSums>[] {
  return [
    shared.seller,
    shared.channel,
    countColumn(
      'orders',
      () => say('takings.orders'),
      ({ orders }) => orders,
      ({ orders }) => orders,
    ),
    moneyColumn(
      'taken',
      () => say('takings.taken'),
      ({ taken_fen }) => taken_fen,
      ({ taken_fen }) => taken_fen,
    ),
    moneyColumn(
      'returned',
      () => say('takings.returned'),
      ({ returned_fen }) => returned_fen,
      ({ returned_fen }) => returned_fen,
    ),
    moneyColumn(
      'net',
      () => say('takings.net'),
      ({ taken_fen, returned_fen }) => taken_fen - returned_fen,
      ({ taken_fen, returned_fen }) => taken_fen - returned_fen,
    ),
  ]
}

type DrawerSums = Record<'shifts' | 'over_fen' | 'short_fen', number>
export function drawerColumns(say: Say, { columns: shared }: RecordParts): Column<OverShort, DrawerSums>[] {
  return [
    shared.seller,
    countColumn(
      'shifts',
      () => say('takings.shifts'),
      ({ shifts }) => shifts,
      ({ shifts }) => shifts,
    ),
    moneyColumn(
      'over',
      () => say('takings.over'),
      ({ over_fen }) => over_fen,
      ({ over_fen }) => over_fen,
    ),
    moneyColumn(
      'short',
      () => say('takings.short'),
      ({ short_fen }) => short_fen,
      ({ short_fen }) => short_fen,
    ),
  ]
}
