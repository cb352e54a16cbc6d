/** What is kept of a cart while it is set aside. */
import { expect, it } from 'vitest'

import { add, addHolder, EMPTY } from './cart'
import { cartOf, nameOfCart } from './kept_cart'
import { bodyOf } from './use_quote'

const ADULT = { typeId: 1, day: '2026-05-10', slot: '08:00:00' }
const CHILD = { typeId: 2, day: '2026-05-11', slot: null }
const PERSON = { number: '1', name: '甲', evidence: { kind: 'identity-document' as const } }

it('comes back as it was', () => {
  const cart = addHolder(add(add(EMPTY, ADULT), ADULT), CHILD, PERSON) ?? EMPTY
  expect(cartOf({ cart: { site_id: 1, lines: bodyOf(cart) } }, 'ABC')).toEqual({ ...cart, promoterCode: 'ABC' })
})

it.each([
  ['its sum and tickets', 16000, '¥160.00 票1 ×2，票2 ×1'],
  ['its tickets where central does not quote it', null, '票1 ×2，票2 ×1'],
])('is named by %s, and by no person', (_what, totalFen, name) => {
  const cart = addHolder(add(add(EMPTY, ADULT), ADULT), CHILD, PERSON) ?? EMPTY
  expect(nameOfCart(cart, totalFen, (typeId) => `票${String(typeId)}`)).toBe(name)
})

it('has a name that central takes, however long the tickets are called', () => {
  expect(Array.from(nameOfCart(add(EMPTY, ADULT), 100, () => '票'.repeat(10_000)))).toHaveLength(64)
})
