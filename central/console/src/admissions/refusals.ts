/** How refusals (拒绝记录) are listed: the showings at which the arm stayed shut. */
import {
  type AdmissionRefusalTotals,
  type AdmissionRefusalView,
  beginAdmissionRefusalsExport,
  exportAdmissionRefusals,
  listAdmissionRefusals,
  type ListAdmissionRefusalsData,
  readAdmissionRefusalTotals,
} from '@client'

import { BY_TIME, type Column, type ListDeclaration } from '@/lists/declaration'
import { choiceOf, extra, type RecordParts, textColumn, timeColumn } from '@/lists/record_parts'

import type { Say } from './records'
import words from './words.json'

type Refusal = AdmissionRefusalView
type Query = Omit<NonNullable<ListAdmissionRefusalsData['query']>, 'after' | 'limit' | 'sort'>

const REASONS = Object.keys(words['zh-CN'].refusals.reasons) as (keyof (typeof words)['zh-CN']['refusals']['reasons'])[]

/** Return the words of a reason; one of a newer gate is shown as it came. */
function reasonOf(reason: string, say: Say): string {
  const known = REASONS.find((each) => each === reason)
  return known === undefined ? reason : say(`refusals.reasons.${known}`)
}

function columns(say: Say, { columns: shared, say: sayShared }: RecordParts): Column<Refusal, AdmissionRefusalTotals>[] {
  return [
    timeColumn(
      'scanned_at',
      () => say('scanned_at'),
      ({ scanned_at }) => scanned_at,
    ),
    extra(shared.site),
    shared.checkPoint,
    { key: 'direction', label: () => say('direction'), text: ({ direction }) => sayShared(`record.directions.${direction}`) },
    { key: 'reason', label: () => say('refusals.reason'), text: ({ reason }) => reasonOf(reason, say) },
    shared.ticket,
    shared.ticketType,
    shared.order,
    {
      key: 'by',
      label: () => say('refusals.by'),
      text: ({ by_central }) => say(by_central ? 'refusals.by_central' : 'refusals.by_gate'),
    },
    extra(
      textColumn(
        'agent',
        () => say('agent'),
        ({ agent }) => agent.name,
      ),
    ),
    extra(shared.seller),
    extra(shared.channel),
    extra(
      timeColumn(
        'received_at',
        () => say('refusals.received_at'),
        ({ received_at }) => received_at,
      ),
    ),
  ]
}

export function refusalRecords(say: Say, parts: RecordParts): ListDeclaration<Refusal, Query, AdmissionRefusalTotals> {
  const { filters: by } = parts
  return {
    key: 'admission-refusals',
    title: () => say('refusals.title'),
    empty: () => say('refusals.empty'),
    filters: [
      by.days(() => say('days')),
      by.checkPoint,
      choiceOf(
        'reason',
        () => say('refusals.reason'),
        REASONS,
        (reason) => reasonOf(reason, say),
      ),
      by.ticketType,
      by.order,
      by.seller,
      by.channel,
    ],
    columns: columns(say, parts),
    isOfSite: true,
    sorts: BY_TIME,
    rowKey: ({ agent, check_point, scanned_at, ticket_id }) => [agent.id, check_point.id, scanned_at, ticket_id ?? ''].join('-'),
    list: (asked) => listAdmissionRefusals(asked),
    totals: { read: (asked) => readAdmissionRefusalTotals(asked), count: ({ refusals }) => refusals },
    exports: { atOnce: (asked) => exportAdmissionRefusals(asked), keep: (asked) => beginAdmissionRefusalsExport(asked) },
    facts: ({ ticket_id }) =>
      ticket_id === null
        ? []
        : [
            {
              label: say('title'),
              text: say('refusals.of_ticket'),
              to: { path: '/admissions', query: { days: 'all', ticket_id } },
            },
          ],
  }
}
