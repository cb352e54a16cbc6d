/** How shifts (交班记录) are listed. Of an open shift what will be counted is not known: `—`. */
import {
  beginShiftsExport,
  type ClosedShiftView,
  exportShifts,
  listShifts,
  type ListShiftsData,
  type ShiftItem,
  type ShiftState,
} from '@client'
import type { Component } from 'vue'

import { BY_TIME, type Column, type ListDeclaration, type Mark } from '@/lists/declaration'
import { choiceOf, extra, moneyColumn, type RecordParts, textColumn, timeColumn } from '@/lists/record_parts'
import type { KeyOf, Translate } from '@/words/use_words'

import type words from './words.json'

export type Say = Translate<KeyOf<typeof words>>
type Query = Omit<NonNullable<ListShiftsData['query']>, 'after' | 'limit' | 'sort'>
type Fen = { [K in keyof ClosedShiftView]: ClosedShiftView[K] extends number ? K : never }[keyof ClosedShiftView]

const STATES = ['open', 'closed'] as const satisfies readonly ShiftState[]

/** Return the mark of a shift: what is over or short is to be looked at. */
export function markOf({ closed }: Pick<ShiftItem, 'closed'>): Mark {
  if (closed === null) return 'ok'
  return closed.over_fen === 0 ? 'off' : 'attention'
}

/** Return the columns of a shift, also for its drawer. */
export function shiftColumns(say: Say, { columns: shared, say: sayShared }: RecordParts): Column<ShiftItem, unknown>[] {
  const counted = (key: string, label: Parameters<Say>[0], fen: Fen) =>
    moneyColumn<ShiftItem>(
      key,
      () => say(label),
      ({ closed }) => closed?.[fen] ?? null,
    )
  return [
    timeColumn(
      'opened_at',
      () => say('opened_at'),
      ({ opened_at }) => opened_at,
    ),
    { key: 'shift', label: () => say('shift'), text: ({ shift_id }) => String(shift_id), isExtra: true },
    extra(shared.site),
    shared.seller,
    extra(shared.channel),
    {
      key: 'state',
      label: () => sayShared('record.state'),
      text: ({ closed }) => say(closed === null ? 'states.open' : 'states.closed'),
      mark: markOf,
    },
    moneyColumn(
      'float',
      () => say('float'),
      ({ float_fen }) => float_fen,
    ),
    counted('sold', 'sold', 'sold_fen'),
    counted('refunded', 'refunded', 'refunded_fen'),
    extra(counted('other', 'other', 'other_fen')),
    extra(counted('handed_in', 'handed_in', 'handed_in_fen')),
    counted('expected', 'expected', 'expected_fen'),
    counted('counted', 'counted', 'counted_fen'),
    counted('over', 'over', 'over_fen'),
    extra(counted('to_safe', 'to_safe', 'to_safe_fen')),
    extra(counted('left', 'left', 'left_fen')),
    timeColumn(
      'closed_at',
      () => say('closed_at'),
      ({ closed }) => closed?.closed_at ?? null,
    ),
    extra(
      textColumn(
        'closed_by',
        () => say('closed_by'),
        ({ closed }) => closed?.closed_by.name,
      ),
    ),
    extra(
      textColumn(
        'left_to',
        () => say('left_to'),
        ({ closed }) => closed?.left_to?.name,
      ),
    ),
    extra(
      textColumn(
        'note',
        () => say('note'),
        ({ closed }) => closed?.note,
      ),
    ),
  ]
}

export function shiftRecords(say: Say, parts: RecordParts, drawer: Component): ListDeclaration<ShiftItem, Query, unknown> {
  return {
    key: 'shifts',
    title: () => say('title'),
    empty: () => say('empty'),
    filters: [
      parts.filters.days(() => say('days')),
      choiceOf(
        'state',
        () => parts.say('record.state'),
        STATES,
        (state) => say(`states.${state}`),
      ),
      parts.filters.seller,
      parts.filters.channel,
    ],
    columns: shiftColumns(say, parts),
    isOfSite: true,
    sorts: BY_TIME,
    rowKey: ({ shift_id }) => String(shift_id),
    list: (asked) => listShifts(asked),
    exports: { atOnce: (asked) => exportShifts(asked), keep: (asked) => beginShiftsExport(asked) },
    drawer,
  }
}
