/** What the badge says of the stream's age. Pure. */
import type { Link } from './bulletins'

/** Two heartbeats of 15 s. */
export const FRESH_MS = 30_000
const DAY_MS = 24 * 3_600_000

/** `waiting`: nothing was heard for two heartbeats, or not yet. */
export type Freshness = 'live' | 'waiting' | 'offline'

/** Return how fresh is what was heard so long ago; null: nothing yet. */
export function freshness(link: Link, ageMs: number | null): Freshness {
  if (link === 'offline' || link === 'ended') return 'offline'
  return ageMs !== null && ageMs < FRESH_MS ? 'live' : 'waiting'
}

/** Return the time of a moment in a zone, with its day where that is longer ago than a day. */
export function timeOf(atMs: number, ageMs: number, zone: string): string {
  const time = new Intl.DateTimeFormat('en-GB', { timeZone: zone, timeStyle: 'medium' }).format(atMs)
  return ageMs < DAY_MS ? time : `${new Intl.DateTimeFormat('sv-SE', { timeZone: zone }).format(atMs)} ${time}`
}
