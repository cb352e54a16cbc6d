/**
 * How differences of the match with bills (对账差异) are listed and summed.
 *
 * Law: a settled one stays in the list, with who settled it, as what and why.
 */
import {
  beginReconciliationDifferencesExport,
  type Cause,
  type DifferenceState,
  type DifferenceSumsView,
  type DifferenceSumView,
  type DifferenceView,
  exportReconciliationDifferences,
  listReconciliationDifferences,
  type ListReconciliationDifferencesData,
  readDifferenceSums,
  type SettlementCause,
} from '@client'
import type { Component } from 'vue'

import type { Column, ListDeclaration, Mark } from '@/lists/declaration'
import { choiceOf, extra, moneyColumn, NONE, textColumn, timeColumn } from '@/lists/record_parts'

import { INSTITUTIONS, sidesOf, subjectPage } from './bill_standing'
import type { PaymentParts } from './documents'

type Query = Omit<NonNullable<ListReconciliationDifferencesData['query']>, 'after' | 'limit'>
type Latest = (row: DifferenceView) => DifferenceView

export const CAUSES = [
  'money-returned',
  'refund-closed',
  'refund-abnormal',
  'unknown-number',
  'missing-in-bill',
  'missing-here',
  'amount-differs',
  'state-differs',
  'not-final',
  'refund-missing-in-bill',
  'refund-missing-here',
  'refund-amount-differs',
] as const satisfies readonly Cause[]
export const SETTLEMENTS = [
  'looked-at',
  'found-later',
  'fee-of-institution',
  'paid-twice-returned',
  'written-off',
] as const satisfies readonly SettlementCause[]
const STATES = ['open', 'settled'] as const satisfies readonly DifferenceState[]
export const MARKS: Record<DifferenceState, Mark> = { open: 'attention', settled: 'off' }

/** Return the columns of the open differences by their cause; each leads to its rows. */
export function causeColumns({ say, parts }: PaymentParts): Column<DifferenceSumView, unknown>[] {
  return [
    {
      key: 'cause',
      label: () => say('differences.cause'),
      text: ({ cause }) => say(`differences.causes.${cause}`),
      to: ({ cause, method, state }) => ({ path: '/reconciliation', query: { state, cause, method } }),
    },
    parts.columns.method,
    { key: 'count', label: () => say('differences.count'), text: ({ differences }) => String(differences), isNumber: true },
    moneyColumn(
      'ours',
      () => say('differences.ours'),
      ({ ours_fen }) => ours_fen,
    ),
    moneyColumn(
      'theirs',
      () => say('differences.theirs'),
      ({ theirs_fen }) => theirs_fen,
    ),
    moneyColumn(
      'open',
      () => say('differences.held'),
      ({ open_fen }) => open_fen,
    ),
  ]
}

function settledColumns({ say }: PaymentParts, latest: Latest): Column<DifferenceView, unknown>[] {
  return [
    {
      key: 'settled_cause',
      label: () => say('differences.settled_cause'),
      text: (row) => {
        const { settled_cause } = latest(row)
        return settled_cause === null ? NONE : say(`differences.settlements.${settled_cause}`)
      },
    },
    textColumn(
      'settled_by',
      () => say('differences.settled_by'),
      (row) => latest(row).settled_by?.name,
    ),
    extra(
      timeColumn(
        'settled_at',
        () => say('differences.settled_at'),
        (row) => latest(row).settled_at,
      ),
    ),
    textColumn(
      'note',
      () => say('differences.note'),
      (row) => latest(row).settled_note,
    ),
  ]
}

function columnsOf(all: PaymentParts, latest: Latest): Column<DifferenceView, DifferenceSumsView>[] {
  const { say, parts } = all
  return [
    { key: 'day', label: () => say('differences.day'), text: ({ day }) => day },
    parts.columns.method,
    { key: 'cause', label: () => say('differences.cause'), text: ({ cause }) => say(`differences.causes.${cause}`) },
    { key: 'subject', label: () => say('differences.subject'), text: ({ subject }) => subject, to: subjectPage },
    moneyColumn(
      'ours',
      () => say('differences.ours'),
      ({ ours_fen }) => ours_fen,
      (sums) => sidesOf(sums).ours_fen,
    ),
    moneyColumn(
      'theirs',
      () => say('differences.theirs'),
      ({ theirs_fen }) => theirs_fen,
      (sums) => sidesOf(sums).theirs_fen,
    ),
    {
      key: 'state',
      label: () => parts.say('record.state'),
      text: (row) => say(`differences.states.${latest(row).state}`),
      mark: (row) => MARKS[latest(row).state],
    },
    ...settledColumns(all, latest),
    extra(
      timeColumn(
        'detected_at',
        () => say('differences.detected_at'),
        ({ detected_at }) => detected_at,
      ),
    ),
  ]
}

/** Return the list; `latest` is what is known of a row since it was read. */
export function differenceRecords(
  all: PaymentParts,
  drawer: Component,
  latest: Latest,
): ListDeclaration<DifferenceView, Query, DifferenceSumsView, never> {
  const { say, parts } = all
  return {
    key: 'reconciliation',
    title: () => say('differences.title'),
    empty: () => say('differences.empty'),
    daysAtFirst: 'all',
    filters: [
      parts.filters.days(() => say('differences.day')),
      choiceOf(
        'state',
        () => parts.say('record.state'),
        STATES,
        (state) => say(`differences.states.${state}`),
      ),
      choiceOf(
        'cause',
        () => say('differences.cause'),
        CAUSES,
        (cause) => say(`differences.causes.${cause}`),
      ),
      choiceOf('method', () => parts.say('record.method'), INSTITUTIONS, parts.methodOf),
    ],
    columns: columnsOf(all, latest),
    isOfSite: false,
    sorts: [],
    rowKey: ({ difference_id }) => String(difference_id),
    list: (asked) => listReconciliationDifferences(asked),
    totals: { read: (asked) => readDifferenceSums(asked), count: ({ differences }) => differences },
    exports: {
      atOnce: (asked) => exportReconciliationDifferences(asked),
      keep: (asked) => beginReconciliationDifferencesExport(asked),
    },
    drawer,
  }
}
