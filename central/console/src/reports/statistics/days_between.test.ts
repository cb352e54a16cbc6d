/** Each day has its bar. */
import { expect, it } from 'vitest'

import { daysBetween } from './days_between'

it('has the days without figures too, both ends belong to it, and it never runs away', () => {
  expect(daysBetween('2026-02-27', '2026-03-01')).toEqual(['2026-02-27', '2026-02-28', '2026-03-01'])
  expect(daysBetween('2026-03-02', '2026-03-01')).toEqual([])
  expect(daysBetween('0001-01-01', '2026-03-01')).toHaveLength(400)
})
