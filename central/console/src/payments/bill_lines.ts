/** The lines of an institution's bill of a day, in its order, and what each was matched with. */
import { type BillLineView, listBillLines, type ListBillLinesData, type MatchBody } from '@client'

import type { Column, ListDeclaration, Mark } from '@/lists/declaration'
import { choiceOf, moneyColumn, textColumn } from '@/lists/record_parts'

import { CAUSES } from './differences'
import type { PaymentParts } from './documents'

type Query = Omit<NonNullable<ListBillLinesData['query']>, 'after' | 'limit' | 'method' | 'day'>

const AGREES = ['true', 'false'] as const
const markOf = ({ cause }: BillLineView): Mark => (cause === null ? 'ok' : 'fault')

function lineColumns({ say, parts }: PaymentParts): Column<BillLineView, unknown>[] {
  return [
    { key: 'line', label: () => say('bills.line'), text: ({ line }) => String(line), isNumber: true },
    { key: 'kind', label: () => say('bills.kind'), text: ({ kind }) => say(`bills.kinds.${kind}`) },
    {
      key: 'result',
      label: () => say('bills.result'),
      text: ({ cause }) => (cause === null ? say('bills.agrees') : say(`differences.causes.${cause}`)),
      mark: markOf,
    },
    moneyColumn(
      'amount',
      () => parts.say('record.amount'),
      ({ amount_fen }) => amount_fen,
    ),
    {
      key: 'number',
      label: () => say('number'),
      text: ({ number }) => number,
      to: ({ payment_id }) => (payment_id === null ? undefined : `/payments/${payment_id}`),
    },
    textColumn(
      'refund_number',
      () => say('bills.refund_number'),
      ({ refund_number }) => refund_number,
    ),
    textColumn(
      'institution_number',
      () => say('institution_number'),
      ({ institution_number }) => institution_number,
    ),
    parts.columns.order,
    {
      ...textColumn<BillLineView>(
        'difference',
        () => say('bills.difference'),
        ({ difference_id }) => difference_id?.toString(),
      ),
      to: ({ difference_id }) =>
        difference_id === null ? undefined : { path: '/reconciliation', query: { open: String(difference_id) } },
    },
  ]
}

export function billLines(
  all: PaymentParts,
  of: { method: MatchBody['method']; day: string },
): ListDeclaration<BillLineView, Query, unknown, never> {
  const { say } = all
  return {
    key: 'bills',
    title: () => say('bills.lines_title'),
    empty: () => say('bills.lines_empty'),
    filters: [
      choiceOf(
        'is_matched',
        () => say('bills.is_matched'),
        AGREES,
        (word) => say(word === 'true' ? 'bills.yes' : 'bills.no'),
      ),
      choiceOf(
        'cause',
        () => say('differences.cause'),
        CAUSES,
        (cause) => say(`differences.causes.${cause}`),
      ),
    ],
    columns: lineColumns(all),
    isOfSite: false,
    sorts: [],
    rowKey: ({ line }) => String(line),
    list: ({ query, ...asked }) => listBillLines({ ...asked, query: { ...query, ...of } }),
    facts: () => [],
  }
}
