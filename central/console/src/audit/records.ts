/** How the log is listed: what people did, calls of the API, faults of ours. */
import {
  type AuditRecordView,
  type CallView,
  exportAuditRecords,
  type FaultView,
  listAuditRecords,
  type ListAuditRecordsData,
  listCalls,
  type ListCallsData,
  listFaults,
  type ListFaultsData,
} from '@client'
import type { Component } from 'vue'

import type { Column, Filter, ListDeclaration, Mark } from '@/lists/declaration'
import { findPeople } from '@/lists/named_things'
import { choiceOf, extra, NONE, textColumn, timeColumn } from '@/lists/record_parts'
import { clockSite } from '@/shell/sites'

import { stretchOf } from './stretch'
import { pageOf, type Say } from './values'
import words from './words.json'

/** Days, as lists ask for them; central takes instants. */
interface Days {
  first_day?: string
  last_day?: string
}
type Asked<Data extends { query?: object }> = Days & Omit<NonNullable<Data['query']>, 'after' | 'limit' | 'since' | 'until'>
type RecordQuery = Asked<ListAuditRecordsData>
type CallQuery = Asked<ListCallsData>
type FaultQuery = Asked<ListFaultsData>

const THINGS = Object.keys(words['zh-CN'].things) as (keyof (typeof words)['zh-CN']['things'])[]
const VERBS = Object.keys(words['zh-CN'].verbs) as (keyof (typeof words)['zh-CN']['verbs'])[]
const REQUEST_DIGITS = 16
const MOST_NAME = 64
const MOST_SUBJECT = 120
const CLIENT_FAULT = 400
const SERVER_FAULT = 500

/** Return a query with its days as instants. */
export function withInstants<Query extends Days>({ first_day, last_day, ...query }: Query) {
  const days = { ...(first_day ? { first_day } : {}), ...(last_day ? { last_day } : {}) }
  return { ...query, ...stretchOf(days, clockSite.value) }
}

/** Return what an act is called; of one that is newer than this console, its code. */
export function actionText(action: string, say: Say): string {
  const [of = '', act = ''] = action.split('.')
  const thing = THINGS.find((each) => each === of)
  const verb = VERBS.find((each) => each === act)
  if (thing === undefined) return action
  return say('action_of', { thing: say(`things.${thing}`), verb: verb === undefined ? act : say(`verbs.${verb}`) })
}

const days = (say: Say): Filter => ({ kind: 'days', label: () => say('days') })
const person = (say: Say): Filter => ({ kind: 'named', key: 'user_id', label: () => say('user'), find: findPeople })
const request = (say: Say): Filter => ({ kind: 'text', key: 'request_id', label: () => say('request'), most: REQUEST_DIGITS })

/** Return the columns of what people did. */
export function recordColumns(say: Say): Column<AuditRecordView, unknown>[] {
  return [
    timeColumn(
      'recorded_at',
      () => say('time'),
      ({ recorded_at }) => recorded_at,
    ),
    { key: 'user', label: () => say('user'), text: ({ user }) => user?.name ?? say('system') },
    { key: 'action', label: () => say('action'), text: ({ action }) => actionText(action, say) },
    { key: 'subject', label: () => say('subject'), text: ({ subject }) => subject || NONE, to: ({ subject }) => pageOf(subject) },
    {
      key: 'fields',
      label: () => say('fields'),
      text: ({ changes }) => changes.map(({ field }) => field).join(', ') || NONE,
    },
    extra(
      textColumn(
        'request',
        () => say('request'),
        ({ request_id }) => request_id,
      ),
    ),
    extra(
      textColumn(
        'batch',
        () => say('batch'),
        ({ batch }) => batch?.toString(),
      ),
    ),
  ]
}

export function auditRecords(say: Say, drawer: Component): ListDeclaration<AuditRecordView, RecordQuery, unknown, never> {
  return {
    key: 'log',
    title: () => say('tabs.records'),
    empty: () => say('empty.records'),
    filters: [
      days(say),
      person(say),
      choiceOf(
        'action',
        () => say('thing'),
        THINGS,
        (thing) => say(`things.${thing}`),
      ),
      { kind: 'text', key: 'subject', label: () => say('subject'), most: MOST_SUBJECT },
      request(say),
    ],
    columns: recordColumns(say),
    isOfSite: false,
    sorts: [],
    rowKey: ({ record_id }) => String(record_id),
    list: ({ query, ...asked }) => listAuditRecords({ ...asked, query: withInstants(query) }),
    exports: { atOnce: ({ query, ...asked }) => exportAuditRecords({ ...asked, query: withInstants(query) }) },
    drawer,
  }
}

function markOf(status: number): Mark {
  if (status >= SERVER_FAULT) return 'fault'
  return status >= CLIENT_FAULT ? 'attention' : 'ok'
}

export function callRecords(say: Say): ListDeclaration<CallView, CallQuery, unknown, never> {
  return {
    key: 'log-calls',
    title: () => say('tabs.calls'),
    empty: () => say('empty.calls'),
    filters: [
      days(say),
      person(say),
      { kind: 'number', key: 'status', label: () => say('status') },
      { kind: 'text', key: 'operation_id', label: () => say('operation'), most: MOST_NAME },
      request(say),
    ],
    columns: [
      timeColumn(
        'called_at',
        () => say('time'),
        ({ called_at }) => called_at,
      ),
      textColumn(
        'user',
        () => say('user'),
        ({ user }) => user?.name,
      ),
      textColumn(
        'operation',
        () => say('operation'),
        ({ operation_id }) => operation_id || null,
      ),
      {
        key: 'status',
        label: () => say('status'),
        text: ({ status }) => say(`answers.${markOf(status) === 'ok' ? 'done' : 'refused'}`, { status }),
        mark: ({ status }) => markOf(status),
      },
      { key: 'duration', label: () => say('duration'), isNumber: true, text: ({ duration_ms }) => String(duration_ms) },
      { key: 'source', label: () => say('source'), text: ({ source }) => source || NONE },
      { key: 'request', label: () => say('request'), text: ({ request_id }) => request_id },
    ],
    isOfSite: false,
    sorts: [],
    rowKey: ({ call_id }) => String(call_id),
    list: ({ query, ...asked }) => listCalls({ ...asked, query: withInstants(query) }),
    facts: ({ request_id }) => [
      { label: say('tabs.records'), text: say('of_request'), to: { path: '/log', query: { days: 'all', request_id } } },
      { label: say('tabs.faults'), text: say('of_request'), to: { path: '/log/faults', query: { days: 'all', request_id } } },
    ],
  }
}

export function faultColumns(say: Say): Column<FaultView, unknown>[] {
  return [
    timeColumn(
      'failed_at',
      () => say('time'),
      ({ failed_at }) => failed_at,
    ),
    { key: 'kind', label: () => say('kind'), text: ({ kind }) => kind },
    {
      key: 'request',
      label: () => say('request'),
      text: ({ request_id }) => request_id,
      to: ({ request_id }) => ({ path: '/log/calls', query: { days: 'all', request_id } }),
    },
  ]
}

export function faultRecords(say: Say, drawer: Component): ListDeclaration<FaultView, FaultQuery, unknown, never> {
  return {
    key: 'log-faults',
    title: () => say('tabs.faults'),
    empty: () => say('empty.faults'),
    filters: [days(say), { kind: 'text', key: 'kind', label: () => say('kind'), most: MOST_NAME }, request(say)],
    columns: faultColumns(say),
    isOfSite: false,
    sorts: [],
    rowKey: ({ fault_id }) => String(fault_id),
    list: ({ query, ...asked }) => listFaults({ ...asked, query: withInstants(query) }),
    drawer,
  }
}
