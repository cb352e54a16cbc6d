/** Instants as people read them: by the clock of the site that they happened at. */
import { clockSite, sites } from '@/shell/sites'
import { language } from '@/words/language'

import { type SiteClock, wallClock, weekday } from './site_day'

/** Return the clock of a site; of the one that the pages are about where none is named or it is not known. */
export function clockOf(siteId: number | null = null): SiteClock {
  return sites.value.find(({ id }) => id === siteId) ?? clockSite.value
}

/** Return an instant (RFC 3339) as `2026-11-30 周一 14:05`. */
export function timeAt(instant: string, siteId: number | null = null): string {
  const { day, minute } = wallClock(Date.parse(instant), clockOf(siteId).zone)
  return `${day} ${weekday(day, language.value)} ${minute}`
}

/** Return an instant to the second, as evidence and tables need it: `2026-11-30 14:05:09`. */
export function exactTimeAt(instant: string, siteId: number | null = null): string {
  const { day, second } = wallClock(Date.parse(instant), clockOf(siteId).zone)
  return `${day} ${second}`
}
