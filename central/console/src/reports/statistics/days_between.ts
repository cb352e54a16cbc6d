/** Days as bars of a chart. Pure. */
import { shiftDay } from '@/times/site_day'

const MOST_BARS = 400

/** Return each day of a stretch, those without figures too; of a very long one the last days. */
export function daysBetween(first: string, last: string): string[] {
  const days: string[] = []
  for (let day = last; day >= first && days.length < MOST_BARS; day = shiftDay(day, -1)) days.push(day)
  return days.reverse()
}
