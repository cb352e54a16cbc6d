import { expect, it } from 'vitest'

import { changeOf, signed } from './on_site'

it.each([
  ['more', 5, 5],
  ['fewer', 5, -5],
  ['more', null, 0],
  ['fewer', null, 0],
] as const)('%s by %s changes the count by %i', (way, persons, change) => {
  expect(changeOf({ way, persons, reason: '' })).toBe(change)
})

it.each([
  [5, '+5'],
  [-5, '−5'],
])('%i reads %s', (persons, text) => {
  expect(signed(persons)).toBe(text)
})
