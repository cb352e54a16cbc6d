/** Which type a person gets. */
import type { TicketTypeView } from '@client'
import { describe, expect, it } from 'vitest'

import { add, EMPTY } from './cart'
import { candidates, chosen, type Offer } from './persons'

type More = Partial<TicketTypeView['parameters']>
const BY_CARD: More = { concession: [{ evidence: 'identity-document', maximum_age: 14 }] }

function type(ticket_type_id: number, more: More = {}, category: number | null = null): TicketTypeView {
  return {
    version: 0,
    ticket_type_id,
    parameters: { name_zh: '', entitlements: [], is_real_name: true, ...more },
    price_fen: 0,
    is_on_sale: true,
    category: category === null ? null : { id: category, name: '' },
    archived_at: null,
  }
}

const ADULT = type(1)
const CHILD = type(2, BY_CARD)
const STUDENT = type(3, { concession: [{ evidence: 'student-card' }] })
const ANONYMOUS = type(4, { is_real_name: false })
const PASS = type(5, BY_CARD, 9)
const ALL = [ANONYMOUS, ADULT, CHILD, STUDENT, PASS]
const line = (typeId: number) => ({ typeId, day: '2026-05-10', slot: null })
const ids = (types: readonly TicketTypeView[]) => types.map(({ ticket_type_id }) => ticket_type_id)

describe('candidates', () => {
  it.each([
    ['the first plain real-name type and its concessions by card', EMPTY, ALL, [1, 2]],
    ['those of the tab that is open', EMPTY, [type(7, {}, 9)], [7, 5]],
    ['the type of the cart before the tab', add(EMPTY, line(1)), [type(7, {}, 9)], [1, 2]],
    ['no type without names, nor a student card', add(add(EMPTY, line(4)), line(3)), ALL, [1, 2]],
    ['none where no type bears names', EMPTY, [ANONYMOUS], [2, 5]],
  ])('are %s', (_what, cart, shown, expected) => {
    expect(ids(candidates(cart, shown, [...ALL, type(7, {}, 9)]))).toEqual(expected)
  })
})

describe('a person', () => {
  const plain: Offer = { typeId: 1, isConcession: false, priceFen: 8000, slot: null, isEntitled: [] }
  const child: Offer = { typeId: 2, isConcession: true, priceFen: 4000, slot: null, isEntitled: [false, true] }
  const free: Offer = { ...child, typeId: 3, priceFen: 0 }

  it.each([
    ['who is not entitled pays the plain price', [plain, child], 0, [], 1],
    ['who is entitled gets the concession', [plain, child], 1, [], 2],
    ['who is entitled to two gets the cheaper', [plain, child, free], 1, [], 3],
    ['fills the line that the seller began', [plain, child], 1, [[1, 1]], 1],
    ['does not fill a concession of others', [plain, child], 0, [[2, 1]], 1],
    ['fits no concession alone', [child], 0, [], null],
  ] as [string, Offer[], number, [number, number][], number | null][])('%s', (_what, offers, person, lacking, typeId) => {
    expect(chosen(offers, person, new Map(lacking))?.typeId ?? null).toBe(typeId)
  })
})
