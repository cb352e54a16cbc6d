/** How long to wait before the next try to connect. Pure. */

const FIRST_MS = 500
const MOST_MS = 30_000

/**
 * Return the wait before a try; `tries` failed before it. The upper half is by chance, so that the browsers of a whole site do not
 * come back at the same moment after central was away. `atLeastMs` is what a refusal asked for.
 */
export function waitMs(tries: number, chance: number, atLeastMs = 0): number {
  const most = Math.min(MOST_MS, FIRST_MS * 2 ** Math.min(tries, 16))
  return Math.max(atLeastMs, Math.round(most / 2 + (most / 2) * chance))
}
