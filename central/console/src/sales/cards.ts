/**
 * What a reader of ID cards says that types like a keyboard: `name<TAB>number`, a bare number, or the two one after the other.
 *
 * Laws: pure; a number counts only with the check digit that its digits demand (GB 11643); what is shown of a person is masked.
 */
import type { Holder } from './cart'
import { hasValidCheckDigit } from './pasted_names'
import { scanOf } from './scans'

export type CardFault = 'wrong-length' | 'wrong-check-digit' | 'payment-code'
/** What was read of a card so far: a number waits for its name, a name for its number. */
export interface Half {
  name: string
  number: string
}
export type Heard =
  { kind: 'card'; card: Holder } | { kind: 'half'; half: Half } | { kind: 'fault'; why: CardFault; written: string }

export const NO_HALF: Half = { name: '', number: '' }
const NUMBER_LIKE = /^[\dXx ]{6,}$/
const WHOLE = /^\d{17}[\dX]$/
const MOST_STARS = 2
const LAST_DIGITS = 4

function faultOf(number: string): CardFault | null {
  if (WHOLE.test(number) && hasValidCheckDigit(number)) return null
  if (scanOf(number).kind === 'payment') return 'payment-code'
  return WHOLE.test(number) ? 'wrong-check-digit' : 'wrong-length'
}

/** Return what a text makes of what was read before it. */
export function cardHeard(text: string, before: Half): Heard {
  const cells = text
    .split('\t')
    .map((cell) => cell.trim())
    .filter((cell) => cell !== '')
  const written = cells.find((cell) => NUMBER_LIKE.test(cell))
  const number = written?.replace(/ /g, '').toUpperCase() ?? before.number
  const name = cells.find((cell) => cell !== written) ?? before.name
  const why = written === undefined ? null : faultOf(number)
  if (why !== null) return { kind: 'fault', why, written: number }
  return name !== '' && number !== '' ? { kind: 'card', card: { name, number } } : { kind: 'half', half: { name, number } }
}

/** Return whether a text ends in a whole number: an input method swallows the Enter after an X. */
export function endsInNumber(text: string): boolean {
  const number = text.slice(-18).toUpperCase()
  return WHOLE.test(number) && hasValidCheckDigit(number)
}

export function maskedName(name: string): string {
  const [first = '', ...rest] = Array.from(name)
  return first + '*'.repeat(Math.min(rest.length, MOST_STARS))
}

export function maskedNumber(number: string): string {
  return `…${number.slice(-LAST_DIGITS)}`
}
