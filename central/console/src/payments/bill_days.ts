/** How an institution's days (对账单) are shown beside the books: matched, with differences, or not matched yet. */
import type { BillDayView } from '@client'

import type { Column } from '@/lists/declaration'
import { countColumn, moneyColumn, NONE, timeColumn } from '@/lists/record_parts'

import { STANDING_MARKS, standingOf } from './bill_standing'
import type { PaymentParts } from './documents'

/** Return the columns that the overview has. */
export function shortDayColumns({ say, parts }: PaymentParts): Column<BillDayView, unknown>[] {
  return [
    {
      key: 'day',
      label: () => say('bills.day'),
      text: ({ day }) => day,
      to: ({ day, method, matched_at }) => (matched_at === null ? undefined : `/bills/${method}/${day}`),
    },
    parts.columns.method,
    {
      key: 'standing',
      label: () => parts.say('record.state'),
      text: (row) => say(`bills.standings.${standingOf(row)}`, { count: row.open_differences }),
      mark: (row) => STANDING_MARKS[standingOf(row)],
    },
  ]
}

/** Return all columns of a day. */
export function dayColumns(all: PaymentParts): Column<BillDayView, unknown>[] {
  const { say } = all
  return [
    ...shortDayColumns(all),
    timeColumn(
      'matched_at',
      () => say('bills.matched_at'),
      ({ matched_at }) => matched_at,
    ),
    { key: 'lines', label: () => say('bills.lines'), text: (row) => counted(row, row.lines), isNumber: true },
    { key: 'matched', label: () => say('bills.matched'), text: (row) => counted(row, row.matched), isNumber: true },
    countColumn(
      'differences',
      () => say('differences.title'),
      ({ differences }) => differences,
    ),
    moneyColumn(
      'bill_in',
      () => say('bills.bill_in'),
      ({ bill_in_fen }) => bill_in_fen,
    ),
    moneyColumn(
      'books_in',
      () => say('bills.books_in'),
      ({ books_in_fen }) => books_in_fen,
    ),
    moneyColumn(
      'bill_out',
      () => say('bills.bill_out'),
      ({ bill_out_fen }) => bill_out_fen,
    ),
    moneyColumn(
      'books_out',
      () => say('bills.books_out'),
      ({ books_out_fen }) => books_out_fen,
    ),
  ]
}

function counted({ matched_at }: BillDayView, count: number): string {
  return matched_at === null ? NONE : String(count)
}
