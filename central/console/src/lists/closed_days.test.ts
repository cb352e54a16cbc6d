/** A question of figures has both ends of its days. */
import { describe, expect, it } from 'vitest'

import { addressOf, closedState } from './address'
import { COMPARED_DAYS, rangeOf, yearBefore } from './days'

const ASKED = { filters: [{ kind: 'days', label: () => '' }], daysAtFirst: 'this-month', isOfSite: true } as const

describe('the days of a question', () => {
  it.each([
    ['', 'this-month'],
    ['all', 'this-month'],
    ['2026-05-01..', 'this-month'],
    ['..2026-05-01', 'this-month'],
    ['this-week', 'this-week'],
  ])('%s: %s', (days, expected) => {
    expect(closedState({ days }, ASKED, '2026-05-10').days).toBe(expected)
  })
  it('come back from their address', () => {
    for (const days of COMPARED_DAYS) {
      const state = { ...closedState({}, ASKED, '2026-05-10'), days }
      expect(closedState(addressOf(state, ASKED), ASKED, '2026-05-10')).toEqual(state)
    }
  })
})

describe('days that figures are compared by', () => {
  it.each([
    ['this-week', '2026-05-04', '2026-05-10'],
    ['month-last-year', '2025-05-01', '2025-05-10'],
  ] as const)('%s: %s to %s', (days, first, last) => {
    expect(rangeOf(days, '2026-05-10')).toEqual({ first, last })
  })
  it('are there in a year without a 29th of February', () => {
    expect(yearBefore('2024-02-29')).toBe('2023-02-28')
    expect(yearBefore('2024-12-31')).toBe('2023-12-31')
  })
})
