/** Cash at the window: what was given, what goes back. Fen throughout. */
const FEN = 100
/** The notes on F1 to F4, inside the cash panel only: the browser's own meaning of these keys is suppressed there. */
export const NOTES_FEN: Record<string, number> = { F1: 100 * FEN, F2: 50 * FEN, F3: 20 * FEN, F4: 10 * FEN }

/** Return the least sum that a visitor would give who pays in notes of a hundred. */
export function nextRoundFen(dueFen: number): number {
  return Math.ceil(dueFen / NOTE_FEN) * NOTE_FEN
}

const NOTE_FEN = 100 * FEN

/** Return what goes back; null: not enough was given. */
export function changeFen(dueFen: number, givenFen: number): number | null {
  return givenFen >= dueFen ? givenFen - dueFen : null
}
