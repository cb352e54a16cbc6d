/** A day as people type it. */
import { expect, it } from 'vitest'

import { dayIn } from './day_text'

it.each([
  ['2026-05-10', '2026-05-10'],
  ['2026-5-1', '2026-05-01'],
  ['2026/5/1', '2026-05-01'],
  ['20260510', '2026-05-10'],
  ['２０２６年５月１日', '2026-05-01'],
  [' 2026 - 05 - 10 ', '2026-05-10'],
  ['', ''],
  ['202651', null],
  ['2026-02-30', null],
  ['05/10/2026', null],
  ['today', null],
])('%s: %s', (text, expected) => {
  expect(dayIn(text)).toBe(expected)
})
