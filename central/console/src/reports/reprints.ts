/** How reprints (补打记录) are listed. */
import {
  beginReprintsExport,
  exportReprints,
  listReprints,
  type ListReprintsData,
  readReprintTotals,
  type ReprintItem,
  type ReprintTotals,
} from '@client'

import { BY_TIME, type ListDeclaration } from '@/lists/declaration'
import { countColumn, extra, type RecordParts, textColumn, timeColumn } from '@/lists/record_parts'
import type { KeyOf, Translate } from '@/words/use_words'

import type words from './words.json'

export type Say = Translate<KeyOf<typeof words>>
type Query = Omit<NonNullable<ListReprintsData['query']>, 'after' | 'limit' | 'sort'>

export function reprintRecords(
  say: Say,
  { columns: shared, filters: by }: RecordParts,
): ListDeclaration<ReprintItem, Query, ReprintTotals> {
  return {
    key: 'reprints',
    title: () => say('reprints.title'),
    empty: () => say('reprints.empty'),
    filters: [by.days(() => say('reprints.days')), by.ticketType, by.seller, by.order, by.channel],
    columns: [
      timeColumn(
        'printed_at',
        () => say('reprints.printed_at'),
        ({ printed_at }) => printed_at,
      ),
      extra(shared.site),
      shared.ticket,
      shared.ticketType,
      shared.order,
      countColumn(
        'number',
        () => say('reprints.number'),
        ({ number }) => number,
      ),
      { ...shared.seller, label: () => say('reprints.seller') },
      textColumn(
        'reason',
        () => say('reprints.reason'),
        ({ reason }) => reason,
      ),
    ],
    isOfSite: true,
    sorts: BY_TIME,
    rowKey: ({ reprint_id }) => String(reprint_id),
    list: (asked) => listReprints(asked),
    totals: { read: (asked) => readReprintTotals(asked), count: ({ reprints }) => reprints },
    exports: { atOnce: (asked) => exportReprints(asked), keep: (asked) => beginReprintsExport(asked) },
    facts: () => [],
  }
}
