/** How conflicts (检票冲突) are listed: passages that the ticket did not allow, with the admission that used it up. */
import {
  type ConflictOutcome,
  type ConflictReason,
  type ConflictState,
  type ConflictView,
  listConflicts,
  type ListConflictsData,
  type TicketEventView,
} from '@client'
import type { Component } from 'vue'

import type { ListDeclaration, Mark } from '@/lists/declaration'
import { choiceOf, extra, type RecordParts, textColumn, timeColumn } from '@/lists/record_parts'

import type { Say } from './records'

type Query = Omit<NonNullable<ListConflictsData['query']>, 'after' | 'limit'>

const REASONS = [
  'too_soon',
  'already_inside',
  'daily_limit',
  'period_limit',
  'used_up',
  'void',
  'refunded',
  'rescheduled',
] as const satisfies readonly ConflictReason[]
const STATES = ['open', 'settled'] as const satisfies readonly ConflictState[]
export const OUTCOMES = ['charged-again', 'mistaken', 'no-loss', 'loss'] as const satisfies readonly ConflictOutcome[]
export const MARKS: Record<ConflictState, Mark> = { open: 'attention', settled: 'off' }
const MS_PER_SECOND = 1_000
const SECONDS_PER_MINUTE = 60

/** Return why the passage was too many; a reason of a newer office is shown as it came. */
export function conflictReason(reason: string, say: Say): string {
  const known = REASONS.find((each) => each === reason)
  return known === undefined ? reason : say(`conflicts.reasons.${known}`)
}

/** Return when central learned of a passage, by the ticket's history; null: the history does not tell. */
export function receivedAt(
  passage: { scanned_at: string; agent: { id: number } },
  history: readonly TicketEventView[] | null,
): string | null {
  const same = ({ happened_at, agent }: TicketEventView) =>
    Date.parse(happened_at) === Date.parse(passage.scanned_at) && agent?.id === passage.agent.id
  return history?.find((one) => one.received_at !== null && same(one))?.received_at ?? null
}

/** Return how long a passage was on its way, as minutes and seconds. */
export function lagOf(scanned_at: string, received_at: string): { minutes: number; seconds: number } {
  const seconds = Math.max(0, Math.round((Date.parse(received_at) - Date.parse(scanned_at)) / MS_PER_SECOND))
  return { minutes: Math.floor(seconds / SECONDS_PER_MINUTE), seconds: seconds % SECONDS_PER_MINUTE }
}

/** Return the list; `latest` is what is known of a row since it was read. */
export function conflictRecords(
  say: Say,
  parts: RecordParts,
  drawer: Component,
  latest: (row: ConflictView) => ConflictView,
): ListDeclaration<ConflictView, Query, unknown, never> {
  return {
    key: 'conflicts',
    title: () => say('conflicts.title'),
    empty: () => say('conflicts.empty'),
    filters: [
      parts.filters.days(() => say('days')),
      choiceOf(
        'state',
        () => parts.say('record.state'),
        STATES,
        (state) => say(`conflicts.states.${state}`),
      ),
      choiceOf(
        'reason',
        () => say('conflicts.reason'),
        REASONS,
        (reason) => conflictReason(reason, say),
      ),
      { kind: 'ticket', key: 'ticket_id', label: () => parts.say('record.ticket') },
    ],
    columns: [
      timeColumn(
        'scanned_at',
        () => say('scanned_at'),
        ({ passage }) => passage.scanned_at,
      ),
      parts.columns.ticket,
      { key: 'reason', label: () => say('conflicts.reason'), text: ({ reason }) => conflictReason(reason, say) },
      { key: 'first', label: () => say('conflicts.first'), text: ({ first }) => first.check_point.name },
      { key: 'passage', label: () => say('conflicts.passage'), text: ({ passage }) => passage.check_point.name },
      {
        key: 'state',
        label: () => parts.say('record.state'),
        text: (row) => say(`conflicts.states.${latest(row).state}`),
        mark: (row) => MARKS[latest(row).state],
      },
      {
        key: 'outcome',
        label: () => say('conflicts.outcome'),
        text: (row) => {
          const { settlement } = latest(row)
          return settlement === null ? '—' : say(`conflicts.outcomes.${settlement.outcome}`)
        },
      },
      textColumn(
        'settled_by',
        () => say('conflicts.settled_by'),
        (row) => latest(row).settlement?.settled_by.name,
      ),
      extra(
        textColumn(
          'note',
          () => say('conflicts.note'),
          (row) => latest(row).settlement?.note,
        ),
      ),
    ],
    isOfSite: true,
    sorts: [],
    rowKey: ({ journal_number, sequence }) => `${journal_number}-${sequence}`,
    list: (asked) => listConflicts(asked),
    drawer,
  }
}
