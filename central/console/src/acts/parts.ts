/** How a secret text is read aloud and typed: in parts of four. Pure. */

const PART = /.{1,4}/gsu

/** Return the parts of a secret; together they are the secret. */
export function partsOf(secret: string): string[] {
  return secret.match(PART) ?? []
}
