/** A day of a bill as it stands, and the sums of both sides. */
import type { BillDayView, DifferenceSumsView, DifferenceView } from '@client'
import { describe, expect, it } from 'vitest'

import { sidesOf, standingOf, subjectPage } from './bill_standing'

const AT = '2026-05-11T02:00:00Z'

describe('a day', () => {
  it.each([
    ['waiting', null, null, 0, 0],
    ['differs', null, null, 1, 1],
    ['early', AT, false, 0, 0],
    ['differs', AT, false, 2, 1],
    ['agrees', AT, true, 0, 0],
    ['settled', AT, true, 2, 0],
    ['differs', AT, true, 2, 1],
  ])('%s', (standing, matched_at, is_over, differences, open_differences) => {
    const day: Pick<BillDayView, 'matched_at' | 'is_over' | 'differences' | 'open_differences'> = {
      matched_at,
      is_over,
      differences,
      open_differences,
    }
    expect(standingOf(day)).toBe(standing)
  })
})

describe('a difference', () => {
  it('leads to our payment, else to the bill', () => {
    const about = { method: 'wechat', day: '2026-05-10' } as DifferenceView
    expect(subjectPage({ ...about, payment_id: 7 })).toBe('/payments/7')
    expect(subjectPage({ ...about, payment_id: null })).toBe('/bills/wechat/2026-05-10')
  })
  it('is summed on both sides over all groups', () => {
    const items = [
      { ours_fen: 8000, theirs_fen: 7990 },
      { ours_fen: 0, theirs_fen: 100 },
    ]
    expect(sidesOf({ items } as DifferenceSumsView)).toEqual({ ours_fen: 8000, theirs_fen: 8090 })
  })
})
