/** Payments and payment refunds as rows: their columns, also where an order shows its own. */
import type {
  PaymentRefundTotals,
  PaymentRefundView,
  PaymentState,
  PaymentTotals,
  PaymentView,
  RefundDocumentState,
} from '@client'

import type { Column, Mark } from '@/lists/declaration'
import { extra, moneyColumn, type RecordParts, stateColumn, textColumn, timeColumn, useRecordParts } from '@/lists/record_parts'
import { type KeyOf, type Translate, useWords } from '@/words/use_words'

import words from './words.json'

export type Say = Translate<KeyOf<typeof words>>

export const PAYMENT_STATES = [
  'created',
  'sent',
  'unknown',
  'reversing',
  'paid',
  'failed',
  'reversed',
  'returned',
] as const satisfies readonly PaymentState[]
export const REFUND_STATES = [
  'created',
  'sent',
  'processing',
  'succeeded',
  'closed',
  'abnormal',
] as const satisfies readonly RefundDocumentState[]
const PAYMENT_MARKS: Record<PaymentState, Mark> = {
  created: 'attention',
  sent: 'attention',
  unknown: 'fault',
  reversing: 'attention',
  paid: 'ok',
  failed: 'off',
  reversed: 'off',
  returned: 'off',
}
const REFUND_MARKS: Record<RefundDocumentState, Mark> = {
  created: 'attention',
  sent: 'attention',
  processing: 'attention',
  succeeded: 'ok',
  closed: 'off',
  abnormal: 'fault',
}

/** Return what every payment shows, beside site, seller and channel. */
function paymentColumns(say: Say, { columns: shared, say: sayShared }: RecordParts) {
  const created: Column<PaymentView, unknown> = timeColumn(
    'created_at',
    () => sayShared('record.created_at'),
    ({ created_at }) => created_at,
  )
  const id: Column<PaymentView, unknown> = {
    key: 'payment',
    label: () => say('id'),
    text: ({ payment_id }) => String(payment_id),
    to: ({ payment_id }) => `/payments/${payment_id}`,
  }
  const state = stateColumn(
    () => sayShared('record.state'),
    PAYMENT_MARKS,
    (state) => say(`states.${state}`),
  )
  const money: Column<PaymentView, PaymentTotals>[] = [
    moneyColumn(
      'amount',
      () => say('amount'),
      ({ amount_fen }: PaymentView) => amount_fen,
      ({ amount_fen }: PaymentTotals) => amount_fen,
    ),
    moneyColumn(
      'received',
      () => say('received'),
      ({ received_fen }: PaymentView) => received_fen,
      ({ received_fen }: PaymentTotals) => received_fen,
    ),
  ]
  const further: Column<PaymentView, unknown>[] = [
    textColumn(
      'number',
      () => say('number'),
      ({ number }) => number,
    ),
    textColumn(
      'institution_number',
      () => say('institution_number'),
      ({ institution_number }) => institution_number,
    ),
    textColumn(
      'reference',
      () => say('reference'),
      ({ reference }) => reference,
    ),
    {
      key: 'presentation',
      label: () => say('presentation'),
      text: ({ presentation }) => say(`presentations.${presentation}`),
    },
    textColumn(
      'taken_by',
      () => say('taken_by'),
      ({ taken_by }) => taken_by.name,
    ),
    textColumn(
      'reason',
      () => say('reason'),
      ({ reason }) => reason,
    ),
    timeColumn(
      'finished_at',
      () => say('finished_at'),
      ({ finished_at }) => finished_at,
    ),
  ]
  return { created, id, state, order: shared.order, method: shared.method, money, further }
}

function paymentRefundColumns(say: Say, { columns: shared, say: sayShared }: RecordParts) {
  const begin: Column<PaymentRefundView, PaymentRefundTotals>[] = [
    timeColumn(
      'created_at',
      () => sayShared('record.created_at'),
      ({ created_at }) => created_at,
    ),
    textColumn(
      'number',
      () => say('refund_number'),
      ({ number }) => number,
    ),
    { key: 'payment', label: () => say('id'), text: (row) => String(row.payment_id), to: (row) => `/payments/${row.payment_id}` },
    shared.method,
    moneyColumn(
      'amount',
      () => say('refund_amount'),
      ({ amount_fen }) => amount_fen,
      ({ amount_fen }) => amount_fen,
    ),
    stateColumn(
      () => sayShared('record.state'),
      REFUND_MARKS,
      (state) => say(`refund_states.${state}`),
    ),
  ]
  const further: Column<PaymentRefundView, PaymentRefundTotals>[] = [
    textColumn(
      'refund_id',
      () => say('refund_id'),
      ({ refund_id }) => refund_id?.toString(),
    ),
    textColumn(
      'institution_number',
      () => say('institution_number'),
      ({ institution_number }) => institution_number,
    ),
    textColumn(
      'reason',
      () => say('reason'),
      ({ reason }) => reason,
    ),
    timeColumn(
      'finished_at',
      () => say('finished_at'),
      ({ finished_at }) => finished_at,
    ),
  ]
  return { begin, order: shared.order, further: further.map(extra) }
}

/** Return the words and the columns of payments. Call it in `setup`. */
export function usePaymentParts() {
  const say = useWords(words)
  const parts = useRecordParts()
  return { say, parts, payment: paymentColumns(say, parts), refund: paymentRefundColumns(say, parts) }
}
export type PaymentParts = ReturnType<typeof usePaymentParts>
