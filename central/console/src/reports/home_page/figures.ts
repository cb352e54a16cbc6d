/**
 * What home says, made of central's answers. Pure.
 *
 * Laws: tickets, entries, money taken and money returned are four figures that are never mixed; nought, none and unknown differ;
 * a figure that is not of now says of when it is.
 */
import type { DayView, Freshness, HomeView, HourView, LoadLevel, OpenKind, OpenView, SiteTodayView } from '@client'

export type FigureName = 'tickets' | 'entries' | 'taken_fen' | 'returned_fen'
export const FIGURES = ['tickets', 'entries', 'taken_fen', 'returned_fen'] as const satisfies readonly FigureName[]

export interface Figure {
  name: FigureName
  today: number
  yesterdaySoFar: number
  lastWeek: number
  /** By the hour, so far, and yesterday's whole day; empty where central does not count it by hours. */
  hours: readonly number[]
  hoursYesterday: readonly number[]
}
export interface Age {
  unit: 'now' | 'minutes' | 'hours' | 'days'
  count: number
}
export type Mark = 'ok' | 'offline' | 'attention' | 'fault' | 'off'

export const SHAPES: Record<Mark, string> = { ok: '●', offline: '◐', attention: '▲', fault: '■', off: '○' }
export const MARK_OF_LOAD: Record<LoadLevel, Mark> = { ok: 'ok', warning: 'attention', full: 'fault' }
export const MARK_OF_FRESHNESS: Record<Freshness, Mark> = {
  live: 'ok',
  ok: 'ok',
  offline: 'offline',
  stale: 'attention',
  locked: 'fault',
}
/** The page whose list holds what is open. */
export const PAGE_OF_OPEN: Record<OpenKind, string> = {
  'refunds-waiting': 'refunds',
  'refunds-owed': 'refunds',
  'refunds-stuck': 'payment-refunds',
  differences: 'reconciliation',
  conflicts: 'conflicts',
  alarms: 'alarms',
  'agents-unseen': 'agents',
}
/** The page whose rows sum to a figure, and the filter of it beside the day of today. */
export const ROWS_OF: Record<FigureName, { page: string; query: Record<string, string> }> = {
  tickets: { page: 'orders', query: { state: 'paid' } },
  entries: { page: 'admissions', query: { state: 'passed' } },
  taken_fen: { page: 'payments', query: {} },
  returned_fen: { page: 'payment-refunds', query: {} },
}

const STALE_MS = 30_000
const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
const sum = (numbers: readonly number[]) => numbers.reduce((total, each) => total + each, 0)

/** Return the four figures of all sites in view together, by the hour up to a moment. */
export function figuresOf(items: readonly SiteTodayView[], nowMs: number): Figure[] {
  const of = (day: (item: SiteTodayView) => DayView, name: FigureName) => sum(items.map((item) => day(item)[name]))
  return FIGURES.map((name) => ({
    name,
    today: of(({ today }) => today, name),
    yesterdaySoFar: of(({ yesterday_so_far }) => yesterday_so_far, name),
    lastWeek: of(({ same_day_last_week }) => same_day_last_week, name),
    ...byHour(items, name, nowMs),
  }))
}

function byHour(items: readonly SiteTodayView[], name: FigureName, nowMs: number): Pick<Figure, 'hours' | 'hoursYesterday'> {
  if (name !== 'tickets' && name !== 'entries') return { hours: [], hoursYesterday: [] }
  const begun = (hour: HourView) => Date.parse(hour.begins_at) <= nowMs
  const places = Array.from({ length: Math.max(0, ...items.map(({ hours }) => hours.length)) }, (_, index) => index)
  const at = (index: number) => items.flatMap(({ hours }) => hours[index] ?? [])
  return {
    hours: places.filter((index) => at(index).some(begun)).map((index) => sum(at(index).map((hour) => hour[name]))),
    hoursYesterday: places.map((index) => sum(at(index).map((hour) => hour[`${name}_yesterday`]))),
  }
}

/** Return a line's points in a box, the first hour at its left; `most` is at the top, and `places` hours fill the width. */
export function linePoints(values: readonly number[], most: number, places: number, width: number, height: number): string {
  const step = places > 1 ? width / (places - 1) : 0
  const y = (value: number) => height - (most > 0 ? (value / most) * height : 0)
  return values.map((value, index) => `${(index * step).toFixed(1)},${y(value).toFixed(1)}`).join(' ')
}

/** Return what is open, the oldest first, each kind once; a kind of which nothing is open is left out. */
export function openOf({ items, of_no_site }: HomeView): OpenView[] {
  const kinds = new Map<OpenKind, OpenView>()
  for (const one of [...items.flatMap(({ exceptions }) => exceptions), ...of_no_site]) {
    if (one.count === 0) continue
    const known = kinds.get(one.kind)
    const oldest = [known?.oldest_at, one.oldest_at].filter((at) => typeof at === 'string')
    const oldest_at = oldest.sort((a, b) => Date.parse(a) - Date.parse(b))[0] ?? null
    kinds.set(one.kind, { kind: one.kind, count: one.count + (known?.count ?? 0), oldest_at })
  }
  const since = ({ oldest_at }: OpenView) => (oldest_at === null ? Infinity : Date.parse(oldest_at))
  return [...kinds.values()].sort((a, b) => since(a) - since(b))
}

/** Return how long ago a moment is, in one unit. */
export function ageOf(instant: string, nowMs: number): Age {
  const ms = Math.max(0, nowMs - Date.parse(instant))
  if (ms < MINUTE_MS) return { unit: 'now', count: 0 }
  if (ms < HOUR_MS) return { unit: 'minutes', count: Math.floor(ms / MINUTE_MS) }
  return ms < DAY_MS ? { unit: 'hours', count: Math.floor(ms / HOUR_MS) } : { unit: 'days', count: Math.floor(ms / DAY_MS) }
}

/** Return whether figures that were read so long ago are not of now: the live channel would have told what changed. */
export function isStale(mark: 'live' | 'waiting' | 'offline', readAgoMs: number, hasFault: boolean): boolean {
  return hasFault || mark === 'offline' || (mark === 'waiting' && readAgoMs >= STALE_MS)
}

/** Return how much of a maximum is reached, in percent; null where there is none. */
export function percentOf(value: number, most: number | null | undefined): number | null {
  return most ? Math.round((value / most) * 100) : null
}
