/** How alarms (告警) are listed: what gates reported, and what their journals showed. */
import { type AlarmState, type AlarmView, listAgents, listAlarms, type ListAlarmsData } from '@client'
import type { Component } from 'vue'

import type { ListDeclaration, Mark, Named } from '@/lists/declaration'
import { choiceOf, extra, NONE, type RecordParts, textColumn, timeColumn } from '@/lists/record_parts'

import { ALARM_NAMES, alarmName, type Say } from './alarm_names'

type Query = Omit<NonNullable<ListAlarmsData['query']>, 'after' | 'limit'>

const MOST_NAMES = 50
const STATES = ['open', 'acknowledged'] as const satisfies readonly AlarmState[]
export const MARKS: Record<AlarmState, Mark> = { open: 'attention', acknowledged: 'off' }

async function findAgents(text: string, siteId: number | null): Promise<Named[]> {
  const named = text.trim() === '' ? {} : { text: text.trim() }
  const query = { limit: MOST_NAMES, ...named, ...(siteId === null ? {} : { site_id: siteId }) }
  return (await listAgents({ query })).data.items.map(({ agent_id: id, name }) => ({ id, name: `${name} (#${id})` }))
}

/** Return the list; `latest` is what is known of a row since it was read. */
export function alarmRecords(
  say: Say,
  parts: RecordParts,
  drawer: Component,
  latest: (row: AlarmView) => AlarmView,
): ListDeclaration<AlarmView, Query, unknown, never> {
  return {
    key: 'alarms',
    title: () => say('alarms'),
    empty: () => say('alarms_empty'),
    filters: [
      parts.filters.days(() => say('raised_days')),
      choiceOf(
        'state',
        () => parts.say('record.state'),
        STATES,
        (state) => say(`alarm_states.${state}`),
      ),
      choiceOf(
        'name',
        () => say('alarm'),
        ALARM_NAMES,
        (name) => alarmName(name, say),
      ),
      { kind: 'named', key: 'agent_id', label: () => say('agent'), find: findAgents },
    ],
    columns: [
      timeColumn(
        'raised_at',
        () => say('raised_at'),
        ({ raised_at }) => raised_at,
      ),
      extra(parts.columns.site),
      {
        ...textColumn<AlarmView>(
          'agent',
          () => say('agent'),
          ({ agent }) => agent.name,
        ),
        to: ({ agent }) => ({ path: '/agents', query: { agent: agent.id } }),
      },
      { key: 'alarm', label: () => say('alarm'), text: ({ name }) => alarmName(name, say), copied: ({ name }) => name },
      { key: 'detail', label: () => say('detail'), text: ({ detail }) => detail || NONE },
      {
        key: 'state',
        label: () => parts.say('record.state'),
        text: (row) => say(`alarm_states.${latest(row).state}`),
        mark: (row) => MARKS[latest(row).state],
      },
      textColumn(
        'acknowledged_by',
        () => say('acknowledged_by'),
        (row) => latest(row).acknowledged_by?.name,
      ),
      textColumn(
        'note',
        () => say('note'),
        (row) => latest(row).acknowledged_note,
      ),
    ],
    isOfSite: true,
    sorts: [],
    rowKey: ({ alarm_id }) => String(alarm_id),
    list: (asked) => listAlarms(asked),
    drawer,
  }
}
