/** A whole number as it is typed, read by its signs alone. */
import { plain, withoutThousands } from './digits'

export interface Limits {
  least?: number
  most?: number
}
export type IntegerFault = 'not_whole' | 'comma' | 'too_small' | 'too_large'
export type Typed<Fault> = { value: number | null } | { fault: Fault }

/** Return the number; null where nothing is typed. */
export function parseInteger(text: string, { least = 0, most = Number.MAX_SAFE_INTEGER }: Limits = {}): Typed<IntegerFault> {
  const typed = withoutThousands(plain(text))
  if (typed === null) return { fault: 'comma' }
  if (typed === '') return { value: null }
  if (!/^-?\d+$/.test(typed)) return { fault: 'not_whole' }
  const exact = BigInt(typed)
  if (exact < BigInt(least)) return { fault: 'too_small' }
  if (exact > BigInt(most)) return { fault: 'too_large' }
  return { value: Number(exact) }
}
