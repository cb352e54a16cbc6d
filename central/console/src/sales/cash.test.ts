/** Round sums and change. */
import { describe, expect, it } from 'vitest'

import { changeFen, nextRoundFen } from './cash'

describe('cash', () => {
  it.each([
    [8000, 10000],
    [10000, 10000],
    [16000, 20000],
    [16001, 20000],
    [0, 0],
  ])('%s fen: the next round sum is %s', (due, round) => {
    expect(nextRoundFen(due)).toBe(round)
  })

  it.each([
    [16000, 20000, 4000],
    [16000, 16000, 0],
    [16000, 15999, null],
  ])('%s due, %s given: %s goes back', (due, given, change) => {
    expect(changeFen(due, given)).toBe(change)
  })
})
