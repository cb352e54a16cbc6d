/** Cash at the window: what was given, what goes back. Fen throughout. */
const YUAN_FEN = 100

/** The round sums on F1 to F4, inside the cash panel only: up to the next fifty, hundred, two hundred, five hundred yuan. */
export const ROUND_TO_FEN: Record<string, number> = {
  F1: 50 * YUAN_FEN,
  F2: 100 * YUAN_FEN,
  F3: 200 * YUAN_FEN,
  F4: 500 * YUAN_FEN,
}

/** Return the least sum of whole notes that pays what is due. */
export function roundedUpFen(dueFen: number, noteFen: number): number {
  return Math.ceil(dueFen / noteFen) * noteFen
}

/** Return what goes back; null: not enough was given. */
export function changeFen(dueFen: number, givenFen: number): number | null {
  return givenFen >= dueFen ? givenFen - dueFen : null
}
