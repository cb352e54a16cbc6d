/** The stretch of days that a list is about: named ones move with the day, so that a saved view of 今日 stays today's. Pure. */
import { firstOfMonth, isDay, shiftDay } from '@/times/site_day'

export const NAMED_DAYS = ['today', 'yesterday', 'last-7', 'this-month', 'last-month', 'all'] as const
export type NamedDays = (typeof NAMED_DAYS)[number]
/** Both days belong to it; an empty one is open. */
export interface DayRange {
  first: string
  last: string
}
export type Days = NamedDays | DayRange

const BETWEEN = '..'
const WEEK_DAYS = 7

/** Return the days that an address states, or null where it states none that are any. */
export function daysIn(text: string): Days | null {
  const named = NAMED_DAYS.find((each) => each === text)
  if (named) return named
  const [first, last, ...rest] = text.split(BETWEEN)
  if (first === undefined || last === undefined || rest.length > 0 || first + last === '') return null
  const isFit = [first, last].every((day) => day === '' || isDay(day)) && (first === '' || last === '' || first <= last)
  return isFit ? { first, last } : null
}

/** Return days as an address states them. */
export function daysAsText(days: Days): string {
  return typeof days === 'string' ? days : `${days.first}${BETWEEN}${days.last}`
}

/** Return the first and the last day, by the site's day of today; empty: open. */
export function rangeOf(days: Days, today: string): DayRange {
  switch (days) {
    case 'today':
      return { first: today, last: today }
    case 'yesterday':
      return { first: shiftDay(today, -1), last: shiftDay(today, -1) }
    case 'last-7':
      return { first: shiftDay(today, 1 - WEEK_DAYS), last: today }
    case 'this-month':
      return { first: firstOfMonth(today), last: today }
    case 'last-month':
      return { first: firstOfMonth(today, -1), last: shiftDay(firstOfMonth(today), -1) }
    case 'all':
      return { first: '', last: '' }
    default:
      return days
  }
}

/** Return days that do not move: what a link to one row of the list needs. */
export function pinned(days: Days, today: string): Days {
  const range = rangeOf(days, today)
  return range.first === '' && range.last === '' ? 'all' : range
}
