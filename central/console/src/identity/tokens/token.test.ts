/** Whether a token works. */
import { expect, it } from 'vitest'

import { tokenStanding } from './token'

const NOW = Date.parse('2026-05-10T02:00:00Z')

it.each([
  [null, null, 'active'],
  [null, '2026-05-10T02:00:01Z', 'active'],
  [null, '2026-05-10T02:00:00Z', 'over'],
  ['2026-05-09T00:00:00Z', '2026-06-01T00:00:00Z', 'revoked'],
])('revoked at %s, ends at %s: %s', (revoked_at, expires_at, expected) => {
  expect(tokenStanding({ revoked_at, expires_at }, NOW)).toBe(expected)
})
