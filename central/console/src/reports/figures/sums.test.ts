/** What is summed for the pages of figures. */
import type { ShiftItem } from '@client'
import { describe, expect, it } from 'vitest'

import { extentOf, overShortOf, stacked, sumsOf } from './sums'

const shift = (id: number, over_fen: number | null) =>
  ({ seller: { id, name: `S${id}` }, closed: over_fen === null ? null : { over_fen } }) as ShiftItem

describe('over and short', () => {
  it('never cancel each other, and an open shift has none', () => {
    const found = overShortOf([shift(1, 500), shift(1, -100), shift(1, -200), shift(2, 0), shift(3, null)])
    expect(found).toEqual([
      { seller: { id: 1, name: 'S1' }, shifts: 3, over_fen: 500, short_fen: -300 },
      { seller: { id: 2, name: 'S2' }, shifts: 1, over_fen: 0, short_fen: 0 },
    ])
    expect(sumsOf(['over_fen', 'short_fen'], found)).toEqual({ over_fen: 500, short_fen: -300 })
  })
})

describe('stacked bars', () => {
  const amounts = Array.from({ length: 7 }, (_, index) => ({
    bar: index % 2 === 0 ? 'Mon' : 'Tue',
    part: { id: String(index), name: `T${index}` },
    amount: index + 1,
  }))
  const series = stacked(['Mon', 'Tue'], amounts, 'others')
  it('have the five largest parts and the others together, and lose nothing', () => {
    expect(series.map(({ name }) => name)).toEqual(['T6', 'T5', 'T4', 'T3', 'T2', 'others'])
    expect(series.at(-1)?.amounts).toEqual([1, 2])
    expect(extentOf(['Mon', 'Tue'], series)).toEqual({ bar: 'Mon', most: 16, sum: 28 })
  })
  it('need no others up to five, and no bar at all', () => {
    expect(stacked(['Mon'], amounts.slice(0, 1), 'others')).toEqual([{ id: '0', name: 'T0', amounts: [1] }])
    expect(stacked([], [], 'others')).toEqual([])
    expect(extentOf([], [])).toBeNull()
  })
})
