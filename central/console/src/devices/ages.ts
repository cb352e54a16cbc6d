/** How long ago something was, in one unit. Pure. */
export interface Age {
  unit: 'seconds' | 'minutes' | 'hours' | 'days'
  count: number
}

const SECOND_MS = 1_000
const MINUTE_MS = 60 * SECOND_MS
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

/** Return how long ago an instant is; the clock of an agent may be ahead, which is no time ago. */
export function ageOf(instant: string, nowMs: number): Age {
  const ms = Math.max(0, nowMs - Date.parse(instant))
  if (ms < MINUTE_MS) return { unit: 'seconds', count: Math.floor(ms / SECOND_MS) }
  if (ms < HOUR_MS) return { unit: 'minutes', count: Math.floor(ms / MINUTE_MS) }
  return ms < DAY_MS ? { unit: 'hours', count: Math.floor(ms / HOUR_MS) } : { unit: 'days', count: Math.floor(ms / DAY_MS) }
}
