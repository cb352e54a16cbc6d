/** One key for one intention: made when a person begins an act, kept through each try, so that a second press has no second effect. */

const BYTES = 16

/** Return a new Idempotency-Key. */
export function newIntention(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(BYTES)), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** Return the headers that carry it. */
export function under(intention: string): { 'Idempotency-Key': string } {
  return { 'Idempotency-Key': intention }
}
