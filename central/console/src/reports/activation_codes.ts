/** How activation codes (激活码) are listed: never the codes themselves. */
import {
  type ActivationCodeItem,
  type CodeState,
  exportActivationCodeList,
  listActivationCodes,
  type ListActivationCodesData,
} from '@client'

import { BY_TIME, type ListDeclaration, type Mark } from '@/lists/declaration'
import { choiceOf, extra, type RecordParts, stateColumn, textColumn, timeColumn } from '@/lists/record_parts'

import type { Say } from './reprints'

type Code = ActivationCodeItem
type Query = Omit<NonNullable<ListActivationCodesData['query']>, 'after' | 'limit' | 'sort'>

const STATES = ['exported', 'sent', 'activated', 'voided'] as const satisfies readonly CodeState[]
const MARKS: Record<CodeState, Mark> = { exported: 'attention', sent: 'attention', activated: 'ok', voided: 'off' }
const MOMENTS = ['sent_at', 'activated_at', 'voided_at'] as const

export function activationCodes(
  say: Say,
  { columns: shared, filters: by, say: sayShared }: RecordParts,
): ListDeclaration<Code, Query, unknown> {
  const stateOf = (state: CodeState) => say(`codes.states.${state}`)
  return {
    key: 'activation-codes',
    title: () => say('codes.title'),
    empty: () => say('codes.empty'),
    filters: [
      by.days(() => say('codes.days')),
      choiceOf('state', () => sayShared('record.state'), STATES, stateOf),
      by.ticketType,
      by.order,
      by.seller,
      by.channel,
    ],
    columns: [
      timeColumn(
        'exported_at',
        () => say('codes.exported_at'),
        ({ exported_at }) => exported_at,
      ),
      extra(shared.site),
      shared.ticket,
      shared.ticketType,
      shared.order,
      stateColumn(() => sayShared('record.state'), MARKS, stateOf),
      { key: 'last_day', label: () => say('codes.last_day'), text: ({ last_day }) => last_day },
      ...MOMENTS.map((key) =>
        timeColumn<Code>(
          key,
          () => say(`codes.${key}`),
          (code) => code[key],
        ),
      ).map((column) => (column.key === 'activated_at' ? column : extra(column))),
      shared.seller,
      extra(shared.channel),
      extra(
        textColumn(
          'void_reason',
          () => say('codes.void_reason'),
          ({ void_reason }) => void_reason,
        ),
      ),
    ],
    isOfSite: true,
    sorts: BY_TIME,
    rowKey: ({ code_id }) => String(code_id),
    list: (asked) => listActivationCodes(asked),
    exports: { atOnce: (asked) => exportActivationCodeList(asked) },
    facts: () => [],
  }
}
