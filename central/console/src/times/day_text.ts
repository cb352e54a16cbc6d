/** A day as a person types it. Pure. */
import { isDay } from './site_day'

const TYPED = /^(\d{4})(?:[-/.年]?)(\d{1,2})(?:[-/.月]?)(\d{1,2})日?$/
const FULL_WIDTH = /[０-９]/g
const ZERO = '０'.charCodeAt(0)

/** Return the day (`YYYY-MM-DD`) that a text means, empty for an empty one, or null where it means none. */
export function dayIn(text: string): string | null {
  const plain = text.replace(FULL_WIDTH, (digit) => String(digit.charCodeAt(0) - ZERO)).replace(/\s/g, '')
  if (plain === '') return ''
  const isRunTogether = /^\d+$/.test(plain)
  const parts = isRunTogether && plain.length !== 8 ? null : TYPED.exec(plain)
  if (parts === null) return null
  const [, year = '', month = '', day = ''] = parts
  const said = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`
  return isDay(said) ? said : null
}
