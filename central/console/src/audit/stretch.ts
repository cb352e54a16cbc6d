/** Business days as the stretch of instants that the log is asked for. Pure. */
import { shiftDay, type SiteClock, wallClock } from '@/times/site_day'

const HOUR_DIGITS = 2

/** Return the instant (ms) at which a site's clock first shows this hour of a day. */
export function beginOf(day: string, { zone, dayEndsAtHour }: SiteClock): number {
  const wanted = Date.parse(`${day}T${String(dayEndsAtHour).padStart(HOUR_DIGITS, '0')}:00:00Z`)
  const shownAt = (at: number) => {
    const { day: date, second } = wallClock(at, zone)
    return Date.parse(`${date}T${second}Z`)
  }
  // The second step is for days on which the zone's offset changes.
  const near = wanted - (shownAt(wanted) - wanted)
  return near - (shownAt(near) - wanted)
}

export interface Stretch {
  since?: string
  until?: string
}

/** Return the first and the last instant of days; an open end stays open. */
export function stretchOf(days: { first_day?: string; last_day?: string }, clock: SiteClock): Stretch {
  const { first_day, last_day } = days
  return {
    ...(first_day ? { since: new Date(beginOf(first_day, clock)).toISOString() } : {}),
    ...(last_day ? { until: new Date(beginOf(shiftDay(last_day, 1), clock) - 1).toISOString() } : {}),
  }
}
