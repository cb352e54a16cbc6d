/** Two entries of a PIN. */
import { expect, it } from 'vitest'

import { differ } from './secrets'

it.each([
  ['', '', false],
  ['4711', '', false],
  ['4711', '4711', false],
  ['4711', '4712', true],
])('%j and %j differ: %s', (pin, again, expected) => {
  expect(differ({ pin, again })).toBe(expected)
})
