/** The stretch of days that a list is about: named ones move with the day, so that a saved view of 今日 stays today's. Pure. */
import { firstOfMonth, isDay, mondayOf, shiftDay } from '@/times/site_day'

/** What lists of records offer. */
export const NAMED_DAYS = ['today', 'yesterday', 'last-7', 'this-month', 'last-month', 'all'] as const
/** What figures are compared by: this month so far beside the same days of last year. */
export const COMPARED_DAYS = ['today', 'yesterday', 'this-week', 'this-month', 'last-month', 'month-last-year'] as const
export type NamedDays = (typeof NAMED_DAYS)[number] | (typeof COMPARED_DAYS)[number]
const ALL_NAMED: readonly NamedDays[] = [...NAMED_DAYS, ...COMPARED_DAYS]
/** Both days belong to it; an empty one is open. */
export interface DayRange {
  first: string
  last: string
}
export type Days = NamedDays | DayRange

const BETWEEN = '..'
const WEEK_DAYS = 7
const YEAR_MONTHS = 12

/** Return the named days that a text is, or null. */
export function namedIn(text: string): NamedDays | null {
  return ALL_NAMED.find((each) => each === text) ?? null
}

/** Return the same day a year before; of the 29th of February the 28th. */
export function yearBefore(day: string): string {
  const wanted = `${Number(day.slice(0, 4)) - 1}${day.slice(4)}`
  return isDay(wanted) ? wanted : shiftDay(firstOfMonth(firstOfMonth(day, -YEAR_MONTHS), 1), -1)
}

/** Return the days that an address states, or null where it states none that are any. */
export function daysIn(text: string): Days | null {
  const named = namedIn(text)
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
    case 'this-week':
      return { first: mondayOf(today), last: today }
    case 'month-last-year':
      return { first: yearBefore(firstOfMonth(today)), last: yearBefore(today) }
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
