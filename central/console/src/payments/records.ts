/** How payment documents (付款单据) and payment refunds (退款单据) are listed. */
import {
  beginPaymentRefundsExport,
  beginPaymentsExport,
  exportPaymentRefunds,
  exportPayments,
  type ListedPaymentView,
  listPaymentRefunds,
  type ListPaymentRefundsData,
  listPayments,
  type ListPaymentsData,
  type PaymentRefundTotals,
  type PaymentRefundView,
  type PaymentTotals,
  readPaymentRefundTotals,
  readPaymentTotals,
} from '@client'

import { type ListDeclaration, type Sort, SORTS } from '@/lists/declaration'
import { choiceOf, extra, type RecordParts } from '@/lists/record_parts'

import { PAYMENT_STATES, type PaymentParts, REFUND_STATES } from './documents'

type Paging = 'after' | 'limit' | 'sort'
type PaymentQuery = Omit<NonNullable<ListPaymentsData['query']>, Paging>
type RefundQuery = Omit<NonNullable<ListPaymentRefundsData['query']>, Paging>

function filtersBeside({ filters }: RecordParts) {
  return [filters.method, filters.order, filters.seller, filters.ticketType, filters.channel]
}

export function paymentRecords({
  say,
  parts,
  payment,
}: PaymentParts): ListDeclaration<ListedPaymentView, PaymentQuery, PaymentTotals, Sort> {
  const { columns: shared, say: sayShared } = parts
  return {
    key: 'payments',
    title: () => say('title'),
    empty: () => say('empty'),
    filters: [
      parts.filters.days(),
      choiceOf(
        'state',
        () => sayShared('record.state'),
        PAYMENT_STATES,
        (state) => say(`states.${state}`),
      ),
      ...filtersBeside(parts),
    ],
    columns: [
      payment.created,
      payment.id,
      extra(shared.site),
      payment.order,
      payment.method,
      ...payment.money,
      payment.state,
      shared.seller,
      extra(shared.channel),
      ...payment.further.map((column) => (column.key === 'number' ? column : extra(column))),
    ],
    isOfSite: true,
    sorts: SORTS,
    rowKey: ({ payment_id }) => String(payment_id),
    list: (asked) => listPayments(asked),
    totals: { read: (asked) => readPaymentTotals(asked), count: ({ payments }) => payments },
    exports: { atOnce: (asked) => exportPayments(asked), keep: (asked) => beginPaymentsExport(asked) },
    facts: () => [],
  }
}

export function paymentRefundRecords({
  say,
  parts,
  refund,
}: PaymentParts): ListDeclaration<PaymentRefundView, RefundQuery, PaymentRefundTotals, Sort> {
  const { columns: shared, say: sayShared } = parts
  return {
    key: 'payment-refunds',
    title: () => say('refunds_title'),
    empty: () => say('refunds_empty'),
    filters: [
      parts.filters.days(),
      choiceOf(
        'state',
        () => sayShared('record.state'),
        REFUND_STATES,
        (state) => say(`refund_states.${state}`),
      ),
      ...filtersBeside(parts),
    ],
    columns: [...refund.begin, refund.order, extra(shared.site), shared.seller, extra(shared.channel), ...refund.further],
    isOfSite: true,
    sorts: SORTS,
    rowKey: ({ number }) => number,
    list: (asked) => listPaymentRefunds(asked),
    totals: { read: (asked) => readPaymentRefundTotals(asked), count: ({ payment_refunds }) => payment_refunds },
    exports: { atOnce: (asked) => exportPaymentRefunds(asked), keep: (asked) => beginPaymentRefundsExport(asked) },
    facts: () => [],
  }
}
