/** A time of day as it is typed: `9:30`, `0930` and `０９：３０` are `09:30:00`. */
import { plain } from '@/forms/digits'

const TYPED = /^(\d{1,2}):?(\d{2})(?::?(\d{2}))?$/
const HOURS = 24
const SIXTY = 60

/** Return the time as central writes it; null where it is none. */
export function timeIn(text: string): string | null {
  const parts = TYPED.exec(plain(text).replace(/：/g, ':'))
  if (parts === null) return null
  const [hour, minute, second] = [Number(parts[1]), Number(parts[2]), Number(parts[3] ?? 0)]
  if (hour >= HOURS || minute >= SIXTY || second >= SIXTY) return null
  return [hour, minute, second].map((part) => String(part).padStart(2, '0')).join(':')
}
