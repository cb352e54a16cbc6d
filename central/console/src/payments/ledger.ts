/** How the movements of the ledger (记账明细) are listed. Central takes a quarter at most, or an order. */
import { type AccountKind, type AccountView, type LedgerEntryView, listLedgerEntries, type ListLedgerEntriesData } from '@client'

import type { ListDeclaration } from '@/lists/declaration'
import { extra, moneyColumn, type RecordParts, textColumn, timeColumn } from '@/lists/record_parts'

import type { PaymentParts } from './documents'

type Entry = LedgerEntryView
type Query = Omit<NonNullable<ListLedgerEntriesData['query']>, 'after' | 'limit'>
type Say = PaymentParts['say']

const MOST_ACCOUNT = 49
const NUMBERS = ['refund_id', 'shift_id', 'difference_id'] as const

/** Return an account by its kind and what it belongs to. */
export function accountOf(account: AccountView, say: Say, { methodOf }: RecordParts): string {
  const kind: AccountKind = account.kind
  const owners = [
    account.method !== null && account.method !== kind ? methodOf(account.method) : null,
    account.site?.name,
    account.seller?.name,
    account.agency?.name,
    account.shift_id === null ? null : say('ledger.of_shift', { id: account.shift_id }),
  ]
  return [say(`ledger.kinds.${kind}`), ...owners.filter(Boolean)].join(' · ')
}

export function ledgerEntries({ say, parts, payment }: PaymentParts): ListDeclaration<Entry, Query, unknown> {
  const { columns: shared, filters: by } = parts
  const numbers = NUMBERS.map((key) =>
    textColumn<Entry>(
      key,
      () => say(`ledger.${key}`),
      (entry) => entry[key]?.toString(),
    ),
  )
  return {
    key: 'ledger',
    title: () => say('ledger.title'),
    empty: () => say('ledger.empty'),
    filters: [
      by.days(() => say('ledger.days')),
      by.order,
      { kind: 'number', key: 'payment_id', label: () => say('id') },
      { kind: 'number', key: 'shift_id', label: () => say('ledger.shift_id') },
      { kind: 'number', key: 'refund_id', label: () => say('ledger.refund_id') },
      { kind: 'number', key: 'difference_id', label: () => say('ledger.difference_id') },
      by.seller,
      by.channel,
      { kind: 'text', key: 'account', label: () => say('ledger.account'), most: MOST_ACCOUNT },
    ],
    columns: [
      timeColumn(
        'posted_at',
        () => say('ledger.posted_at'),
        ({ posted_at }) => posted_at,
      ),
      { key: 'debit', label: () => say('ledger.debit'), text: ({ debit }) => accountOf(debit, say, parts) },
      { key: 'credit', label: () => say('ledger.credit'), text: ({ credit }) => accountOf(credit, say, parts) },
      moneyColumn(
        'amount',
        () => parts.say('record.amount'),
        ({ amount_fen }) => amount_fen,
      ),
      shared.order,
      {
        key: 'payment',
        label: payment.id.label,
        text: ({ payment_id }) => payment_id?.toString() ?? '—',
        to: ({ payment_id }) => (payment_id === null ? undefined : `/payments/${payment_id}`),
      },
      ...numbers.map((column) => (column.key === 'shift_id' ? column : extra(column))),
      extra(
        textColumn(
          'agency',
          () => parts.say('record.agency'),
          ({ agency }) => agency?.name,
        ),
      ),
      textColumn(
        'posted_by',
        () => say('ledger.posted_by'),
        ({ posted_by }) => posted_by?.name,
      ),
    ],
    isOfSite: true,
    sorts: [],
    rowKey: ({ entry_id }) => String(entry_id),
    list: (asked) => listLedgerEntries(asked),
    facts: ({ debit, credit }) => [
      { label: say('ledger.debit_account'), text: debit.account },
      { label: say('ledger.credit_account'), text: credit.account },
    ],
  }
}
