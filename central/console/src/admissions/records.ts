/** How admission records are listed: filters, columns, operations. */
import {
  type AdmissionRecordView,
  type AdmissionTotals,
  type AdmitFlag,
  beginAdmissionsExport,
  exportAdmissions,
  listAdmissions,
  type ListAdmissionsData,
  listCheckPoints,
  listSupervisors,
  listTicketTypes,
  listUsers,
  type PassageState,
  readAdmissionTotals,
} from '@client'
import type { Component } from 'vue'

import type { Column, Filter, ListDeclaration, Mark, Named } from '@/lists/declaration'
import { sites } from '@/shell/sites'
import { exactTimeAt } from '@/times/site_time'
import { language } from '@/words/language'
import type { KeyOf, Translate } from '@/words/use_words'

import type words from './words.json'

export type Say = Translate<KeyOf<typeof words>>
type Admission = AdmissionRecordView
type Query = Omit<NonNullable<ListAdmissionsData['query']>, 'after' | 'limit' | 'sort'>

const STATES = ['passed', 'pending', 'not-passed'] as const satisfies readonly PassageState[]
export const FLAGS = ['unseen', 'offline', 'stale', 'claimed'] as const satisfies readonly AdmitFlag[]
const CHANNELS = ['window', 'kiosk', 'agency'] as const
const MARKS: Record<PassageState, Mark> = { passed: 'ok', pending: 'attention', 'not-passed': 'off' }
const MOST_CHANNEL = 40
const MOST_NAMES = 50

const named = (zh: string, en = '') => (language.value === 'zh-CN' ? zh : en || zh)
const asked = (text: string) => ({ limit: MOST_NAMES, ...(text.trim() === '' ? {} : { text: text.trim() }) })

async function findTicketTypes(text: string): Promise<Named[]> {
  const { items } = (await listTicketTypes({ query: asked(text) })).data
  return items.map(({ ticket_type_id: id, parameters: { name_zh, name_en } }) => ({ id, name: named(name_zh, name_en) }))
}

async function findSellers(text: string): Promise<Named[]> {
  const { items } = (await listUsers({ query: asked(text) })).data
  return items.map(({ user_id: id, full_name, name }) => ({ id, name: full_name || name }))
}

/** Ask each site in view; of all sites each name says its own. */
async function ofSites(siteId: number | null, find: (site: number) => Promise<Named[]>): Promise<Named[]> {
  const asked = sites.value.filter(({ id }) => siteId === null || id === siteId)
  const found = await Promise.all(asked.map(async ({ id, name }) => ({ site: name, items: await find(id) })))
  return found.flatMap(({ site, items }) =>
    found.length === 1 ? items : items.map((one) => ({ ...one, name: `${one.name} · ${site}` })),
  )
}

async function findCheckPoints(text: string, siteId: number | null): Promise<Named[]> {
  return ofSites(siteId, async (site) => {
    const { items } = (await listCheckPoints({ path: { site_id: site }, query: asked(text) })).data
    return items.map(({ check_point_id: id, name_zh, name_en }) => ({ id, name: named(name_zh, name_en) }))
  })
}

async function findSupervisors(text: string, siteId: number | null): Promise<Named[]> {
  const found = await ofSites(siteId, async (site) => {
    const { items } = (await listSupervisors({ path: { site_id: site }, query: { limit: MOST_NAMES } })).data
    return items.map(({ user_id: id, name }) => ({ id, name }))
  })
  return found.filter(({ name }) => name.toLowerCase().includes(text.trim().toLowerCase()))
}

/** Return a ticket number in groups of four. */
export function grouped(ticket: string): string {
  return ticket.replace(/(.{4})(?=.)/g, '$1 ')
}

/** Return a channel's words; a partner's has a name of its own. */
export function channelOf(record: Admission, say: Say): string {
  const known = CHANNELS.find((each) => each === record.channel)
  return known === undefined ? (record.channel ?? say('none')) : say(`channels.${known}`)
}

/** Return the marks of the gate; one that this version does not know is shown as it is. */
export function flagsOf(record: Admission, say: Say): string {
  const words = record.flags.map((flag) => {
    const known = FLAGS.find((each) => each === flag)
    return known === undefined ? flag : say(`flags.${known}`)
  })
  return words.length === 0 ? say('none') : words.join(' · ')
}

function filters(say: Say): Filter[] {
  return [
    { kind: 'days', label: () => say('days') },
    { kind: 'named', key: 'check_point_id', label: () => say('check_point'), find: findCheckPoints },
    { kind: 'named', key: 'ticket_type_id', label: () => say('ticket_type'), find: findTicketTypes },
    {
      kind: 'choice',
      key: 'state',
      label: () => say('state'),
      options: STATES.map((value) => ({ value, label: () => say(`states.${value}`) })),
    },
    { kind: 'ticket', key: 'ticket_id', label: () => say('ticket') },
    { kind: 'number', key: 'order_id', label: () => say('order') },
    {
      kind: 'choice',
      key: 'flag',
      label: () => say('flag'),
      options: FLAGS.map((value) => ({ value, label: () => say(`flags.${value}`) })),
    },
    { kind: 'named', key: 'seller_id', label: () => say('seller'), find: findSellers },
    { kind: 'text', key: 'channel', label: () => say('channel'), most: MOST_CHANNEL },
    { kind: 'named', key: 'supervisor_id', label: () => say('supervisor'), find: findSupervisors },
  ]
}

function columns(say: Say): Column<Admission, AdmissionTotals>[] {
  const none = () => say('none')
  return [
    { key: 'scanned_at', label: () => say('scanned_at'), text: ({ scanned_at, site }) => exactTimeAt(scanned_at, site.id) },
    { key: 'site', label: () => say('site'), text: ({ site }) => site.name, isExtra: true },
    { key: 'check_point', label: () => say('check_point'), text: ({ check_point }) => check_point.name },
    { key: 'direction', label: () => say('direction'), text: ({ direction }) => say(`directions.${direction}`), isExtra: true },
    { key: 'kind', label: () => say('kind'), text: ({ kind }) => say(`kinds.${kind}`) },
    { key: 'state', label: () => say('state'), text: ({ state }) => say(`states.${state}`), mark: ({ state }) => MARKS[state] },
    {
      key: 'ticket',
      label: () => say('ticket'),
      text: ({ ticket_id }) => (ticket_id === null ? none() : grouped(ticket_id)),
      copied: ({ ticket_id }) => ticket_id ?? '',
    },
    { key: 'ticket_type', label: () => say('ticket_type'), text: ({ ticket_type }) => ticket_type?.name ?? none() },
    {
      key: 'order',
      label: () => say('order'),
      text: ({ order_id }) => order_id?.toString() ?? none(),
      copied: ({ order_id }) => order_id?.toString() ?? '',
    },
    { key: 'seller', label: () => say('seller'), text: ({ seller }) => seller?.name ?? none(), isExtra: true },
    { key: 'channel', label: () => say('channel'), text: (record) => channelOf(record, say), isExtra: true },
    { key: 'flag', label: () => say('flag'), text: (record) => flagsOf(record, say) },
    {
      key: 'persons',
      label: () => say('persons'),
      text: ({ persons }) => String(persons),
      isNumber: true,
      sum: ({ persons }) => String(persons),
    },
    {
      key: 'counted',
      label: () => say('counted'),
      text: ({ counted }) => String(counted),
      isNumber: true,
      sum: ({ counted }) => String(counted),
    },
  ]
}

/** Return the list; `say` puts its words. */
export function admissionRecords(say: Say, drawer: Component): ListDeclaration<Admission, Query, AdmissionTotals> {
  return {
    key: 'admissions',
    title: () => say('title'),
    empty: () => say('empty'),
    filters: filters(say),
    columns: columns(say),
    isOfSite: true,
    isSortable: true,
    rowKey: ({ journal_id, sequence }) => `${journal_id}-${sequence}`,
    list: (asked) => listAdmissions(asked),
    totals: { read: (asked) => readAdmissionTotals(asked), count: ({ releases }) => releases },
    exports: { atOnce: (asked) => exportAdmissions(asked), keep: (asked) => beginAdmissionsExport(asked) },
    drawer,
  }
}
