/** How ticket types are listed: filters, columns, operations. */
import { listTicketTypes, type ListTicketTypesData, type TicketTypeView } from '@client'
import type { Component } from 'vue'

import type { Column, Filter, ListDeclaration } from '@/lists/declaration'
import { moneyColumn, NONE, textColumn } from '@/lists/record_parts'
import { sites } from '@/shell/sites'
import type { KeyOf, Translate } from '@/words/use_words'

import { findCategories, nameOf } from './names'
import { daysInWords } from './summaries'
import { inFull } from './type'
import type words from './words.json'

export type Say = Translate<KeyOf<typeof words>>
type Query = Omit<NonNullable<ListTicketTypesData['query']>, 'after' | 'limit'>

const MOST_TEXT = 80

function filters(say: Say): Filter[] {
  const yesNo = (yes: Parameters<Say>[0], no: Parameters<Say>[0]) => [
    { value: 'true', label: () => say(yes) },
    { value: 'false', label: () => say(no) },
  ]
  return [
    { kind: 'text', key: 'text', label: () => say('name'), most: MOST_TEXT },
    { kind: 'named', key: 'category_id', label: () => say('category'), find: findCategories },
    { kind: 'choice', key: 'is_on_sale', label: () => say('sale_state'), options: yesNo('on_sale', 'off_sale') },
    {
      kind: 'choice',
      key: 'archived',
      label: () => say('archive_filter'),
      options: [{ value: 'true', label: () => say('archived') }],
    },
  ]
}

function siteNames({ parameters }: TicketTypeView): string {
  const numbers = [...new Set(parameters.entitlements.flatMap((right) => right.sites))]
  return numbers.map((number) => sites.value.find(({ id }) => id === number)?.name ?? `#${number}`).join(' · ')
}

/** Return the columns of a type, also for its drawer. */
export function typeColumns(say: Say): Column<TicketTypeView, unknown>[] {
  return [
    { key: 'number', label: () => say('number'), isNumber: true, text: ({ ticket_type_id }) => String(ticket_type_id) },
    {
      key: 'name',
      label: () => say('name'),
      text: ({ parameters }) => nameOf(parameters),
      to: ({ ticket_type_id }) => `/ticket-types/${ticket_type_id}`,
    },
    textColumn(
      'category',
      () => say('category'),
      ({ category }) => category?.name,
    ),
    {
      key: 'state',
      label: () => say('sale_state'),
      text: ({ is_on_sale, archived_at }) => say(archived_at !== null ? 'archived' : is_on_sale ? 'on_sale' : 'off_sale'),
      mark: ({ is_on_sale, archived_at }) => (is_on_sale && archived_at === null ? 'ok' : 'off'),
    },
    moneyColumn(
      'price',
      () => say('price'),
      ({ price_fen }) => price_fen,
    ),
    {
      key: 'validity',
      label: () => say('validity'),
      text: ({ parameters }) => daysInWords(inFull(parameters), say),
    },
    { key: 'real_name', label: () => say('real_name'), text: ({ parameters }) => (parameters.is_real_name ? '✓' : NONE) },
    { key: 'sites', label: () => say('sites'), text: siteNames },
  ]
}

/** Return the list; `say` puts its words. */
export function typeRecords(say: Say, drawer: Component): ListDeclaration<TicketTypeView, Query, unknown> {
  return {
    key: 'ticket-types',
    title: () => say('title'),
    empty: () => say('empty'),
    filters: filters(say),
    columns: typeColumns(say),
    isOfSite: false,
    sorts: [],
    rowKey: ({ ticket_type_id }) => String(ticket_type_id),
    list: (asked) => listTicketTypes(asked),
    drawer,
  }
}
