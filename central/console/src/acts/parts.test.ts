/** A secret in parts loses nothing. */
import { expect, it } from 'vitest'

import { partsOf } from './parts'

it.each([
  ['', []],
  ['ABC', ['ABC']],
  ['ABCDEFGHI', ['ABCD', 'EFGH', 'I']],
])('parts %j', (secret, parts) => {
  expect(partsOf(secret)).toEqual(parts)
  expect(partsOf(secret).join('')).toBe(secret)
})
