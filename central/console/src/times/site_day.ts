/**
 * Days and wall clocks of a site, whatever the zone of the browser.
 *
 * Laws: a day is text, `YYYY-MM-DD`; a business day lasts until `dayEndsAtHour` of the next calendar day, as central counts it.
 */

export interface SiteClock {
  zone: string
  dayEndsAtHour: number
}
export interface WallClock {
  day: string
  hour: number
  /** `HH:MM` and `HH:MM:SS`. */
  minute: string
  second: string
}

const MS_PER_DAY = 86_400_000
const DAY = /^(\d{4})-(\d{2})-(\d{2})$/
const formats = new Map<string, Intl.DateTimeFormat>()

function formatOf(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone)
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-u-ca-gregory-nu-latn', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    })
    formats.set(zone, format)
  }
  return format
}

/** Return what a clock on the site's wall shows at an instant. */
export function wallClock(at: number, zone: string): WallClock {
  const parts = Object.fromEntries(
    formatOf(zone)
      .formatToParts(at)
      .map(({ type, value }) => [type, value]),
  )
  const { year = '', month = '', day = '', hour = '', minute = '', second = '' } = parts
  return {
    day: `${year.padStart(4, '0')}-${month}-${day}`,
    hour: Number(hour),
    minute: `${hour}:${minute}`,
    second: `${hour}:${minute}:${second}`,
  }
}

/** Return the business day of a site that an instant lies in. */
export function siteDay(at: number, { zone, dayEndsAtHour }: SiteClock): string {
  const { day, hour } = wallClock(at, zone)
  return hour < dayEndsAtHour ? shiftDay(day, -1) : day
}

/** Return whether a text is a day of the calendar. */
export function isDay(text: string): boolean {
  const parts = DAY.exec(text)
  return parts !== null && Number(parts[1]) > 0 && asText(utcOf(text)) === text
}

/** Return the day so many days later. */
export function shiftDay(day: string, days: number): string {
  return asText(utcOf(day) + days * MS_PER_DAY)
}

/** Return the first day of the month so many months later. */
export function firstOfMonth(day: string, months = 0): string {
  const moment = new Date(utcOf(day))
  return asText(Date.UTC(moment.getUTCFullYear(), moment.getUTCMonth() + months, 1))
}

/** Return the Monday of the day's week. */
export function mondayOf(day: string): string {
  return shiftDay(day, -((new Date(utcOf(day)).getUTCDay() + 6) % 7))
}

/** Return the day's name in the week, in short. */
export function weekday(day: string, language: string): string {
  return new Intl.DateTimeFormat(language, { weekday: 'short', timeZone: 'UTC' }).format(utcOf(day))
}

/** Return whether the zone's clocks show another time than the browser's at an instant. */
export function differsHere(at: number, zone: string): boolean {
  const here = new Intl.DateTimeFormat().resolvedOptions().timeZone
  const [there, ours] = [wallClock(at, zone), wallClock(at, here)]
  return there.day !== ours.day || there.minute !== ours.minute
}

function utcOf(day: string): number {
  return Date.parse(`${day}T00:00:00Z`)
}

function asText(utc: number): string {
  return Number.isNaN(utc) ? '' : new Date(utc).toISOString().slice(0, 10)
}
