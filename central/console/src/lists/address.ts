/**
 * A list's state in the address: filters, order, columns in view, the open row. Pure.
 *
 * Laws: what is read from an address and is not fit is as if it were not there; what is written and read again is the same; the
 * state that a list begins with has an empty address.
 */
import { type Days, daysAsText, daysIn, rangeOf } from './days'
import type { Filter, KeyedFilter, Sort } from './declaration'

export type Value = string | number
export interface ListState {
  days: Days
  values: Readonly<Record<string, Value>>
  sort: Sort
  /** Null: those that the list begins with. */
  columns: readonly string[] | null
  open: string | null
}
/** What of a declaration an address depends on. */
export interface Shape {
  filters: readonly Filter[]
  columns: readonly { key: string }[]
  sorts: readonly Sort[]
  isOfSite: boolean
  daysAtFirst?: Days
}
export type Address = Record<string, string>
type Raw = Readonly<Record<string, unknown>>

export const BEGINNING: ListState = { days: 'today', values: {}, sort: 'newest', columns: null, open: null }
const MOST_CHARACTERS = 200
const TICKET_DIGITS = 16
const BETWEEN = ','
const CONTROL = /[\u0000-\u001f\u007f]/

/** Return the ticket's digits, whatever blanks and dashes were typed between them; null: it is no ticket number. */
export function ticketIn(text: string): string | null {
  const digits = text.replace(/[\s-]/g, '').toLowerCase()
  return digits.length === TICKET_DIGITS && /^[0-9a-f]+$/.test(digits) ? digits : null
}

/** Return what a filter makes of a text, or null where it is not fit. */
export function valueIn(filter: KeyedFilter, text: string): Value | null {
  switch (filter.kind) {
    case 'choice':
      return filter.options.some(({ value }) => value === text) ? text : null
    case 'text':
      return text.trim() !== '' && text.length <= filter.most && !CONTROL.test(text) ? text.trim() : null
    case 'ticket':
      return ticketIn(text)
    default: {
      const number = /^[0-9]{1,16}$/.test(text.trim()) ? Number(text) : 0
      return number > 0 && Number.isSafeInteger(number) ? number : null
    }
  }
}

/** Return the filters that have a key. */
export function keyedFilters(shape: Pick<Shape, 'filters'>): readonly KeyedFilter[] {
  return shape.filters.filter((filter) => filter.kind !== 'days')
}

/** Return the state that a list begins with. */
export function beginningOf({ daysAtFirst }: Pick<Shape, 'daysAtFirst'>): ListState {
  return { ...BEGINNING, days: daysAtFirst ?? BEGINNING.days }
}

function hasDays(shape: Pick<Shape, 'filters'>): boolean {
  return shape.filters.some(({ kind }) => kind === 'days')
}

function textOf(raw: unknown): string {
  const first: unknown = Array.isArray(raw) ? raw[0] : raw
  return typeof first === 'string' && first.length <= MOST_CHARACTERS * TICKET_DIGITS ? first : ''
}

function valuesIn(raw: Raw, shape: Shape): Record<string, Value> {
  const read = keyedFilters(shape).map((filter) => [filter.key, valueIn(filter, textOf(raw[filter.key]))] as const)
  return Object.fromEntries(read.filter((one): one is readonly [string, Value] => one[1] !== null))
}

/** Return the columns of these keys that the list has, in the list's own order; null where none is. */
export function knownColumns(keys: readonly string[], shape: Pick<Shape, 'columns'>): readonly string[] | null {
  const wanted = new Set(keys)
  const known = shape.columns.filter(({ key }) => wanted.has(key)).map(({ key }) => key)
  return known.length === 0 ? null : known
}

/** Return the state that an address asks for. */
export function stateIn(raw: Raw, shape: Shape): ListState {
  const open = textOf(raw['open'])
  return {
    days: (hasDays(shape) ? daysIn(textOf(raw['days'])) : null) ?? beginningOf(shape).days,
    values: valuesIn(raw, shape),
    sort: shape.sorts.find((each) => each === textOf(raw['sort'])) ?? BEGINNING.sort,
    columns: knownColumns(textOf(raw['columns']).split(BETWEEN), shape),
    open: open === '' || open.length > MOST_CHARACTERS ? null : open,
  }
}

/** Return the state of an address whose days have both ends, as figures need: an open end is as if it were not stated. */
export function closedState(raw: Raw, asked: Pick<Shape, 'filters' | 'isOfSite' | 'daysAtFirst'>, today: string): ListState {
  const state = stateIn(raw, { ...asked, columns: [], sorts: [] })
  const { first, last } = rangeOf(state.days, today)
  return first === '' || last === '' ? { ...state, days: beginningOf(asked).days } : state
}

/** Return the address of what is listed, without columns and open row: what a saved view keeps. */
export function addressOfFilters(state: ListState, shape: Pick<Shape, 'daysAtFirst'> = {}): Address {
  return {
    ...(state.days === beginningOf(shape).days ? {} : { days: daysAsText(state.days) }),
    ...Object.fromEntries(Object.entries(state.values).map(([key, value]) => [key, String(value)])),
    ...(state.sort === BEGINNING.sort ? {} : { sort: state.sort }),
  }
}

/** Return the address of a state. */
export function addressOf(state: ListState, shape: Pick<Shape, 'daysAtFirst'> = {}): Address {
  return {
    ...addressOfFilters(state, shape),
    ...(state.columns === null ? {} : { columns: state.columns.join(BETWEEN) }),
    ...(state.open === null ? {} : { open: state.open }),
  }
}

/** Return the filters as the operations take them. */
export function queryOf(state: ListState, shape: Shape, today: string, siteId: number | null): Record<string, Value> {
  const { first, last } = hasDays(shape) ? rangeOf(state.days, today) : { first: '', last: '' }
  return {
    ...(shape.isOfSite && siteId !== null ? { site_id: siteId } : {}),
    ...(first === '' ? {} : { first_day: first }),
    ...(last === '' ? {} : { last_day: last }),
    ...state.values,
  }
}
