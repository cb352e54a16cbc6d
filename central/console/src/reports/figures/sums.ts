/** Figures that are summed for a page: over and short of drawers by seller, series of a chart. Pure. */
import type { PersonName, ShiftItem } from '@client'

export interface OverShort {
  seller: PersonName
  shifts: number
  over_fen: number
  /** Below zero. */
  short_fen: number
}

/** Return what the drawers of each seller were over and short: the two never cancel each other. */
export function overShortOf(shifts: readonly ShiftItem[]): OverShort[] {
  const bySeller = new Map<number, OverShort>()
  for (const { seller, closed } of shifts) {
    if (closed === null) continue
    const one = bySeller.get(seller.id) ?? { seller, shifts: 0, over_fen: 0, short_fen: 0 }
    one.shifts += 1
    if (closed.over_fen > 0) one.over_fen += closed.over_fen
    else one.short_fen += closed.over_fen
    bySeller.set(seller.id, one)
  }
  return [...bySeller.values()]
}

/** Return the sums of these keys over all rows. */
export function sumsOf<Key extends string>(keys: readonly Key[], rows: readonly Record<Key, number>[]): Record<Key, number> {
  const sum = (key: Key) => rows.reduce((total, row) => total + row[key], 0)
  return Object.fromEntries(keys.map((key) => [key, sum(key)])) as Record<Key, number>
}

/** One amount of a chart: of a bar, and of a named part of it. */
export interface Amount {
  bar: string
  part: { id: string; name: string }
  amount: number
}
export interface Series {
  id: string
  name: string
  amounts: number[]
}
export const OTHERS = 'others'
const MOST_PARTS = 5

/** Return the series of stacked bars: the five largest parts, largest first, and all others together as the last one. */
export function stacked(bars: readonly string[], amounts: readonly Amount[], others: string): Series[] {
  const at = new Map(bars.map((bar, index) => [bar, index]))
  const parts = new Map<string, Series & { sum: number }>()
  for (const { bar, part, amount } of amounts) {
    const series = parts.get(part.id) ?? { ...part, amounts: bars.map(() => 0), sum: 0 }
    const index = at.get(bar)
    if (index !== undefined) {
      series.amounts[index] = (series.amounts[index] ?? 0) + amount
      series.sum += amount
    }
    parts.set(part.id, series)
  }
  const all = [...parts.values()].sort((one, other) => other.sum - one.sum)
  const rest = all.slice(MOST_PARTS)
  const shown: Series[] = all.slice(0, MOST_PARTS).map(({ id, name, amounts: each }) => ({ id, name, amounts: each }))
  if (rest.length === 0) return shown
  return [
    ...shown,
    {
      id: OTHERS,
      name: others,
      amounts: bars.map((_, index) => rest.reduce((sum, each) => sum + (each.amounts[index] ?? 0), 0)),
    },
  ]
}

/** Return the largest bar and the sum of all, as a reader of the screen is told; null where there is nothing. */
export function extentOf(bars: readonly string[], series: readonly Series[]): { bar: string; most: number; sum: number } | null {
  const heights = bars.map((_, index) => series.reduce((sum, { amounts }) => sum + (amounts[index] ?? 0), 0))
  const most = Math.max(...heights)
  const bar = bars[heights.indexOf(most)]
  return bar === undefined ? null : { bar, most, sum: heights.reduce((sum, each) => sum + each, 0) }
}
