/** What is told of a count. */
import { describe, expect, it } from 'vitest'

import { closingOf, countedFen, emptyCount, faultOf, type Count } from './count'

const count = (more: Partial<Count>): Count => ({ ...emptyCount(), ...more })

describe('a count', () => {
  it.each([
    ['a sum', count({ sumFen: 36000 }), 36000, { counted_fen: 36000 }],
    ['an empty drawer', count({ sumFen: 0 }), 0, { counted_fen: 0 }],
    ['an empty drawer, note by note', count({ pieces: { 10000: 0 } }), 0, { counted_fen: 0 }],
    [
      'pieces, which go before a sum',
      count({ pieces: { 10000: 3, 50: 2, 1: null }, sumFen: 5 }),
      30100,
      {
        pieces: [
          { value_fen: 10000, pieces: 3 },
          { value_fen: 50, pieces: 2 },
        ],
      },
    ],
    [
      'what stays, and a note',
      count({ sumFen: 500, leftFen: 200, leftTo: 7, note: ' 少一张 ' }),
      500,
      { counted_fen: 500, left_fen: 200, left_to: 7, note: '少一张' },
    ],
    ['nobody, where nothing stays', count({ sumFen: 500, leftTo: 7 }), 500, { counted_fen: 500 }],
  ])('of %s', (_what, one, fen, body) => {
    expect(countedFen(one)).toBe(fen)
    expect(closingOf(one)).toEqual(body)
    expect(faultOf(one)).toBeNull()
  })

  it.each([
    ['nothing', count({})],
    ['left-more', count({ sumFen: 100, leftFen: 200, leftTo: 7 })],
    ['left-to-nobody', count({ sumFen: 300, leftFen: 200 })],
  ])('is not told: %s', (fault, one) => {
    expect(faultOf(one)).toBe(fault)
  })
})
