/** The lines and the tickets of an order, as columns. */
import type { OrderLineView, TicketStateWord, TicketView } from '@client'

import type { Column, Mark } from '@/lists/declaration'
import { countColumn, moneyColumn, NONE, type RecordParts, stateColumn } from '@/lists/record_parts'
import { wallClock } from '@/times/site_day'
import { clockOf } from '@/times/site_time'

import type { Say } from './records'

const TICKET_MARKS: Record<TicketStateWord, Mark> = {
  active: 'ok',
  void: 'off',
  blocked: 'fault',
  unpaid: 'attention',
  inactive: 'attention',
}

/** Return the day of a line's visit, and its slot where it has one. */
export function visitOf({ visit_day, slot_start, slot_minutes }: OrderLineView, siteId: number, say: Say): string {
  if (slot_start === null) return visit_day ?? NONE
  const { day, minute } = wallClock(Date.parse(slot_start), clockOf(siteId).zone)
  return say('slot', { day: visit_day ?? day, time: minute, minutes: slot_minutes })
}

export function lineColumns(siteId: number, say: Say, { columns: shared }: RecordParts): Column<OrderLineView, unknown>[] {
  return [
    shared.ticketType,
    { key: 'visit_day', label: () => say('visit_day'), text: (line) => visitOf(line, siteId, say) },
    countColumn(
      'persons',
      () => say('persons'),
      ({ persons }) => persons,
    ),
    moneyColumn(
      'price',
      () => say('line_price'),
      ({ price_fen }) => price_fen,
    ),
    countColumn(
      'quantity',
      () => say('line_quantity'),
      ({ quantity }) => quantity,
    ),
    moneyColumn(
      'amount',
      () => say('line_amount'),
      ({ amount_fen }) => amount_fen,
    ),
  ]
}

export function ticketColumns(say: Say, { columns: shared, say: sayShared }: RecordParts): Column<TicketView, unknown>[] {
  return [
    shared.ticket,
    { key: 'short_number', label: () => say('short_number'), text: ({ short_number }) => short_number },
    shared.ticketType,
    stateColumn(
      () => sayShared('record.state'),
      TICKET_MARKS,
      (state) => say(`ticket_states.${state}`),
    ),
  ]
}
