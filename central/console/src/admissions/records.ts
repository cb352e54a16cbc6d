/** How admission records are listed: filters, columns, operations. */
import {
  type AdmissionRecordView,
  type AdmissionTotals,
  type AdmitFlag,
  beginAdmissionsExport,
  exportAdmissions,
  listAdmissions,
  type ListAdmissionsData,
  type PassageState,
  readAdmissionTotals,
} from '@client'
import type { Component } from 'vue'

import { BY_TIME, type Column, type Filter, type ListDeclaration, type Mark } from '@/lists/declaration'
import { findSupervisors } from '@/lists/named_things'
import { choiceOf, countColumn, extra, NONE, type RecordParts, stateColumn, timeColumn } from '@/lists/record_parts'
import type { KeyOf, Translate } from '@/words/use_words'

import type words from './words.json'

export type Say = Translate<KeyOf<typeof words>>
type Admission = AdmissionRecordView
type Query = Omit<NonNullable<ListAdmissionsData['query']>, 'after' | 'limit' | 'sort'>

const STATES = ['passed', 'pending', 'not-passed'] as const satisfies readonly PassageState[]
export const FLAGS = ['unseen', 'offline', 'stale', 'claimed'] as const satisfies readonly AdmitFlag[]
const MARKS: Record<PassageState, Mark> = { passed: 'ok', pending: 'attention', 'not-passed': 'off' }

/** Return the marks of the gate; one that this version does not know is shown as it is. */
export function flagsOf(record: { flags: readonly string[] }, say: Say): string {
  const words = record.flags.map((flag) => {
    const known = FLAGS.find((each) => each === flag)
    return known === undefined ? flag : say(`flags.${known}`)
  })
  return words.length === 0 ? NONE : words.join(' · ')
}

function filters(say: Say, { filters: shared, say: sayShared }: RecordParts): Filter[] {
  return [
    shared.days(() => say('days')),
    shared.checkPoint,
    shared.ticketType,
    choiceOf(
      'state',
      () => say('state'),
      STATES,
      (state) => say(`states.${state}`),
    ),
    { kind: 'ticket', key: 'ticket_id', label: () => sayShared('record.ticket') },
    shared.order,
    choiceOf(
      'flag',
      () => say('flag'),
      FLAGS,
      (flag) => say(`flags.${flag}`),
    ),
    shared.seller,
    shared.channel,
    { kind: 'named', key: 'supervisor_id', label: () => say('supervisor'), find: findSupervisors },
  ]
}

function columns(say: Say, { columns: shared, say: sayShared }: RecordParts): Column<Admission, AdmissionTotals>[] {
  return [
    timeColumn(
      'scanned_at',
      () => say('scanned_at'),
      ({ scanned_at }) => scanned_at,
    ),
    extra(shared.site),
    shared.checkPoint,
    extra({
      key: 'direction',
      label: () => say('direction'),
      text: ({ direction }) => sayShared(`record.directions.${direction}`),
    }),
    { key: 'kind', label: () => say('kind'), text: ({ kind }) => say(`kinds.${kind}`) },
    stateColumn(
      () => say('state'),
      MARKS,
      (state) => say(`states.${state}`),
    ),
    shared.ticket,
    shared.ticketType,
    shared.order,
    extra(shared.seller),
    extra(shared.channel),
    { key: 'flag', label: () => say('flag'), text: (record) => flagsOf(record, say) },
    countColumn(
      'persons',
      () => say('persons'),
      ({ persons }) => persons,
      ({ persons }) => persons,
    ),
    countColumn(
      'counted',
      () => say('counted'),
      ({ counted }) => counted,
      ({ counted }) => counted,
    ),
  ]
}

/** Return the list; `say` puts its words. */
export function admissionRecords(
  say: Say,
  parts: RecordParts,
  drawer: Component,
): ListDeclaration<Admission, Query, AdmissionTotals> {
  return {
    key: 'admissions',
    title: () => say('title'),
    empty: () => say('empty'),
    filters: filters(say, parts),
    columns: columns(say, parts),
    isOfSite: true,
    sorts: BY_TIME,
    rowKey: ({ journal_id, sequence }) => `${journal_id}-${sequence}`,
    list: (asked) => listAdmissions(asked),
    totals: { read: (asked) => readAdmissionTotals(asked), count: ({ releases }) => releases },
    exports: { atOnce: (asked) => exportAdmissions(asked), keep: (asked) => beginAdmissionsExport(asked) },
    drawer,
  }
}
