/**
 * The day and slot that a seller sells for: today and the next open slot, until the keys say otherwise.
 *
 * Laws: pure; a day before today is none; whether a slot is sold, and how much is left, is what central said of it.
 */
import type { SlotOfferView } from '@client'

import { shiftDay } from '@/times/site_day'

import { digitOf } from './keys'

export const MOST_DAYS_AHEAD = 730
const WEEK = 7
const DAYS: Record<string, number> = {
  ArrowLeft: -1,
  ArrowRight: 1,
  Minus: -1,
  Equal: 1,
  NumpadSubtract: -1,
  NumpadAdd: 1,
  PageUp: -WEEK,
  PageDown: WEEK,
}

export type VisitCommand =
  | { act: 'days'; days: number }
  | { act: 'slot'; by: 1 | -1 }
  | { act: 'slot-at'; at: number }
  | { act: 'scope' | 'take' | 'back' }

/** Return what a key does while day and slot are chosen; null: nothing. */
export function visitCommandOf(code: string): VisitCommand | null {
  const days = DAYS[code]
  if (days !== undefined) return { act: 'days', days }
  const digit = digitOf(code)
  if (digit !== null) return digit === '0' ? null : { act: 'slot-at', at: Number(digit) - 1 }
  if (code === 'ArrowUp' || code === 'ArrowDown') return { act: 'slot', by: code === 'ArrowUp' ? -1 : 1 }
  if (code === 'Slash' || code === 'NumpadDivide') return { act: 'scope' }
  if (code === 'Enter' || code === 'NumpadEnter') return { act: 'take' }
  return code === 'Escape' ? { act: 'back' } : null
}

/** Return the day so many days later, within what may be sold at all. */
export function dayMoved(day: string, days: number, today: string): string {
  const moved = shiftDay(day, days)
  const last = shiftDay(today, MOST_DAYS_AHEAD)
  if (moved < today) return today
  return moved > last ? last : moved
}

/** Return the slot that is meant: the wished one while it is sold, else the next that is; where none is, central says why. */
export function slotMeant(slots: readonly SlotOfferView[], wished: string | null): string | null {
  const there = slots.find(({ slot_start }) => slot_start === wished)
  if (there?.is_sold) return there.slot_start
  return (slots.find(({ is_sold }) => is_sold) ?? there ?? slots[0])?.slot_start ?? null
}
