import { expect, it } from 'vitest'

import { ageOf } from './ages'

it.each([
  ['2026-05-10T12:00:30Z', 'seconds', 0],
  ['2026-05-10T11:59:01Z', 'seconds', 59],
  ['2026-05-10T11:59:00Z', 'minutes', 1],
  ['2026-05-10T11:00:00Z', 'hours', 1],
  ['2026-05-08T11:00:00Z', 'days', 2],
])('%s is %s %i ago', (instant, unit, count) => {
  expect(ageOf(instant, Date.parse('2026-05-10T12:00:00Z'))).toEqual({ unit, count })
})
