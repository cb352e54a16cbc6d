/**
 * The count of a drawer (盲点): note by note, or the sum; and what of it stays for the next seller.
 *
 * Laws: pure; whole fen; pieces go before a sum that was typed, and central gets one of the two.
 */
import type { CloseShiftBody } from '@client'

export const NOTES_FEN = [10_000, 5_000, 2_000, 1_000, 500, 200, 100, 50, 20, 10, 5, 2, 1] as const
export type NoteFen = (typeof NOTES_FEN)[number]

export interface Count {
  pieces: Partial<Record<NoteFen, number | null>>
  sumFen: number | null
  leftFen: number
  leftTo: number | null
  note: string
}
export type CountFault = 'nothing' | 'left-more' | 'left-to-nobody'

export function emptyCount(): Count {
  return { pieces: {}, sumFen: null, leftFen: 0, leftTo: null, note: '' }
}

/** Return the sum of the pieces; null where none was counted. */
export function piecesFen({ pieces }: Count): number | null {
  const counted = NOTES_FEN.map((note) => note * (pieces[note] ?? 0))
  return NOTES_FEN.some((note) => pieces[note] != null) ? counted.reduce((sum, fen) => sum + fen, 0) : null
}

/** Return what was counted; null: nothing yet. */
export function countedFen(count: Count): number | null {
  return piecesFen(count) ?? count.sumFen
}

/** Return what is still missing before central is told. */
export function faultOf(count: Count): CountFault | null {
  const counted = countedFen(count)
  if (counted === null) return 'nothing'
  if (count.leftFen > counted) return 'left-more'
  return count.leftFen > 0 && count.leftTo === null ? 'left-to-nobody' : null
}

export function closingOf(count: Count): CloseShiftBody {
  const pieces = NOTES_FEN.flatMap((value_fen) => {
    const number = count.pieces[value_fen] ?? 0
    return number > 0 ? [{ value_fen, pieces: number }] : []
  })
  const counted = pieces.length > 0 ? { pieces } : { counted_fen: countedFen(count) ?? 0 }
  const left = count.leftFen > 0 ? { left_fen: count.leftFen, left_to: count.leftTo } : {}
  const note = count.note.trim()
  return { ...counted, ...left, ...(note === '' ? {} : { note }) }
}
