/** Round sums and change. */
import { describe, expect, it } from 'vitest'

import { changeFen, ROUND_TO_FEN, roundedUpFen } from './cash'

describe('cash', () => {
  it.each([
    [16000, 'F1', 20000],
    [16000, 'F2', 20000],
    [16000, 'F4', 50000],
    [12000, 'F1', 15000],
    [10000, 'F2', 10000],
    [10001, 'F2', 20000],
    [16050, 'F3', 20000],
  ])('%s fen due, %s: %s are given', (due, key, given) => {
    expect(roundedUpFen(due, ROUND_TO_FEN[key] ?? 0)).toBe(given)
  })

  it.each([
    [16000, 20000, 4000],
    [16000, 16000, 0],
    [16000, 15999, null],
  ])('%s due, %s given: %s goes back', (due, given, change) => {
    expect(changeFen(due, given)).toBe(change)
  })
})
