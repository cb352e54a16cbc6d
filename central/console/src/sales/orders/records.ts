/** How ticket orders (票据订单) are listed. */
import {
  beginOrdersExport,
  exportOrders,
  type ListedOrderView,
  listOrders,
  type ListOrdersData,
  type OrderState,
  type OrderTotals,
  readOrderTotals,
} from '@client'
import type { Component } from 'vue'

import { type Column, type Filter, type ListDeclaration, type Mark, type Sort, SORTS } from '@/lists/declaration'
import { findAgencies, findPromoters } from '@/lists/named_things'
import {
  choiceOf,
  countColumn,
  extra,
  moneyColumn,
  NONE,
  type RecordParts,
  stateColumn,
  textColumn,
  timeColumn,
} from '@/lists/record_parts'
import type { KeyOf, Translate } from '@/words/use_words'

import type words from './words.json'

export type Say = Translate<KeyOf<typeof words>>
type Query = Omit<NonNullable<ListOrdersData['query']>, 'after' | 'limit' | 'sort'>

export const STATES = ['open', 'paid', 'cancelled'] as const satisfies readonly OrderState[]
export const MARKS: Record<OrderState, Mark> = { open: 'attention', paid: 'ok', cancelled: 'off' }

/** Return the buyer as central masks one. */
export function buyerOf({ buyer }: Pick<ListedOrderView, 'buyer'>): string | null {
  const known = [buyer?.name, buyer?.phone].filter(Boolean)
  return known.length === 0 ? null : known.join(' ')
}

function typesOf({ lines }: ListedOrderView, say: Say): string {
  return (
    lines.map(({ ticket_type, quantity }) => say('type_times', { name: ticket_type.name, count: quantity })).join(', ') || NONE
  )
}

const sumOf = (numbers: readonly number[]) => numbers.reduce((sum, each) => sum + each, 0)

function filters(say: Say, { filters: by, say: sayShared }: RecordParts): Filter[] {
  return [
    by.days(() => say('days')),
    choiceOf(
      'state',
      () => sayShared('record.state'),
      STATES,
      (state) => say(`states.${state}`),
    ),
    by.ticketType,
    by.seller,
    by.method,
    by.channel,
    { kind: 'named', key: 'agency_id', label: () => sayShared('record.agency'), find: findAgencies },
    { kind: 'named', key: 'promoter_id', label: () => sayShared('record.promoter'), find: findPromoters },
  ]
}

/** Return an order's money and counts, with their sums. */
function figures(say: Say): Column<ListedOrderView, OrderTotals>[] {
  return [
    countColumn(
      'tickets',
      () => say('tickets'),
      ({ lines }) => sumOf(lines.map(({ quantity }) => quantity)),
      ({ tickets }) => tickets,
    ),
    extra(
      countColumn<ListedOrderView, OrderTotals>(
        'persons',
        () => say('persons'),
        ({ lines }) => sumOf(lines.map(({ persons }) => persons)),
        ({ persons }) => persons,
      ),
    ),
    moneyColumn(
      'total',
      () => say('total'),
      ({ total_fen }) => total_fen,
      ({ total_fen }) => total_fen,
    ),
    moneyColumn(
      'refunded',
      () => say('refunded'),
      ({ refunded_fen }) => refunded_fen,
      ({ refunded_fen }) => refunded_fen,
    ),
  ]
}

function columns(say: Say, { columns: shared, say: sayShared, methodOf }: RecordParts): Column<ListedOrderView, OrderTotals>[] {
  return [
    timeColumn(
      'created_at',
      () => say('created_at'),
      ({ created_at }) => created_at,
    ),
    shared.order,
    extra(shared.site),
    { key: 'types', label: () => say('types'), text: (order) => typesOf(order, say) },
    ...figures(say),
    { key: 'methods', label: () => say('methods'), text: ({ methods }) => methods.map(methodOf).join(', ') || NONE },
    stateColumn(
      () => sayShared('record.state'),
      MARKS,
      (state) => say(`states.${state}`),
    ),
    shared.seller,
    shared.channel,
    textColumn('buyer', () => say('buyer'), buyerOf),
    extra(
      textColumn(
        'agency',
        () => sayShared('record.agency'),
        ({ agency }) => agency?.name,
      ),
    ),
    extra(
      textColumn(
        'promoter',
        () => sayShared('record.promoter'),
        ({ promoter }) => promoter?.name,
      ),
    ),
    extra(
      timeColumn(
        'paid_at',
        () => say('paid_at'),
        ({ paid_at }) => paid_at,
      ),
    ),
  ]
}

export function orderRecords(
  say: Say,
  parts: RecordParts,
  drawer: Component,
): ListDeclaration<ListedOrderView, Query, OrderTotals, Sort> {
  return {
    key: 'orders',
    title: () => say('title'),
    empty: () => say('empty'),
    filters: filters(say, parts),
    columns: columns(say, parts),
    isOfSite: true,
    sorts: SORTS,
    rowKey: ({ order_id }) => String(order_id),
    list: (asked) => listOrders(asked),
    totals: { read: (asked) => readOrderTotals(asked), count: ({ orders }) => orders },
    exports: { atOnce: (asked) => exportOrders(asked), keep: (asked) => beginOrdersExport(asked) },
    drawer,
  }
}
