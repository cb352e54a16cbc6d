/** How refund records (退票记录) are listed, and their columns where an order shows its own. */
import {
  beginRefundsExport,
  exportRefunds,
  type ListedRefundView,
  listRefunds,
  type ListRefundsData,
  readRefundTotals,
  type RefundKind,
  type RefundState,
  type RefundTotals,
  type RefundView,
} from '@client'

import { type Column, type ListDeclaration, type Mark, type Sort, SORTS } from '@/lists/declaration'
import type { Fact } from '@/lists/facts'
import {
  choiceOf,
  countColumn,
  extra,
  moneyColumn,
  stateColumn,
  textColumn,
  timeColumn,
  useRecordParts,
} from '@/lists/record_parts'
import { language } from '@/words/language'
import { useWords } from '@/words/use_words'

import words from './words.json'

type Query = Omit<NonNullable<ListRefundsData['query']>, 'after' | 'limit' | 'sort'>

const STATES = ['waiting', 'returning', 'owed', 'paid', 'refused'] as const satisfies readonly RefundState[]
const KINDS = ['by-rule', 'by-hand', 'forced', 'closed-day', 'exchange'] as const satisfies readonly RefundKind[]
const MARKS: Record<RefundState, Mark> = {
  waiting: 'attention',
  returning: 'attention',
  owed: 'attention',
  paid: 'ok',
  refused: 'off',
}

/** Return the words and the columns of refunds. Call it in `setup`. */
export function useRefundParts() {
  const say = useWords(words)
  const parts = useRecordParts()
  const requested: Column<RefundView, unknown> = timeColumn(
    'requested_at',
    () => say('requested_at'),
    ({ requested_at }) => requested_at,
  )
  const kind: Column<RefundView, unknown> = { key: 'kind', label: () => say('kind'), text: (row) => say(`kinds.${row.kind}`) }
  const state = stateColumn(
    () => parts.say('record.state'),
    MARKS,
    (state) => say(`states.${state}`),
  )
  const sums: Column<RefundView, RefundTotals>[] = [
    countColumn(
      'persons',
      () => say('persons'),
      ({ persons }) => persons,
      ({ persons }) => persons,
    ),
    moneyColumn(
      'amount',
      () => say('amount'),
      ({ amount_fen }) => amount_fen,
      ({ amount_fen }) => amount_fen,
    ),
    moneyColumn(
      'fee',
      () => say('fee'),
      ({ fee_fen }) => fee_fen,
      ({ fee_fen }) => fee_fen,
    ),
  ]
  const reason: Column<RefundView, unknown> = textColumn(
    'reason',
    () => say('reason'),
    (row) => row.reason,
  )
  return { say, parts, columns: { requested, ticket: parts.columns.ticket, kind, state, sums, reason } }
}
export type RefundParts = ReturnType<typeof useRefundParts>

/** Return what holds the money back, and who overrode that. */
function factsOf(row: ListedRefundView, say: RefundParts['say']): Fact[] {
  const waits = row.waiting_for.map(({ agent, site, sentence_zh, sentence_en }) => ({
    label: say('waiting_for'),
    text: say('waiting', { where: agent?.name ?? site.name, sentence: language.value === 'zh-CN' ? sentence_zh : sentence_en }),
  }))
  const overridden = [
    { label: say('override_by'), text: row.override_by?.name },
    { label: say('override_reason'), text: row.override_reason },
    { label: say('override_asked_by'), text: row.override_asked_by?.name },
  ]
  return [...waits, ...overridden.flatMap(({ label, text }) => (text ? [{ label, text }] : []))]
}

export function refundRecords({
  say,
  parts,
  columns,
}: RefundParts): ListDeclaration<ListedRefundView, Query, RefundTotals, Sort> {
  const { columns: shared, filters: by, say: sayShared } = parts
  return {
    key: 'refund-records',
    title: () => say('title'),
    empty: () => say('empty'),
    filters: [
      by.days(() => say('days')),
      choiceOf(
        'state',
        () => sayShared('record.state'),
        STATES,
        (state) => say(`states.${state}`),
      ),
      choiceOf(
        'kind',
        () => say('kind'),
        KINDS,
        (kind) => say(`kinds.${kind}`),
      ),
      by.ticketType,
      by.order,
      by.seller,
      by.method,
      by.channel,
    ],
    columns: [
      columns.requested,
      extra({ key: 'refund', label: () => say('id'), text: ({ refund_id }) => String(refund_id) }),
      extra(shared.site),
      columns.ticket,
      shared.ticketType,
      shared.order,
      columns.kind,
      columns.state,
      ...columns.sums,
      textColumn(
        'requested_by',
        () => say('requested_by'),
        ({ requested_by }) => requested_by.name,
      ),
      extra(shared.seller),
      extra(shared.channel),
      extra(columns.reason),
      extra(
        timeColumn<ListedRefundView>(
          'decided_at',
          () => say('decided_at'),
          ({ decided_at }) => decided_at,
        ),
      ),
    ],
    isOfSite: true,
    sorts: SORTS,
    rowKey: ({ refund_id }) => String(refund_id),
    list: (asked) => listRefunds(asked),
    totals: { read: (asked) => readRefundTotals(asked), count: ({ refunds }) => refunds },
    exports: { atOnce: (asked) => exportRefunds(asked), keep: (asked) => beginRefundsExport(asked) },
    facts: (row) => factsOf(row, say),
  }
}
