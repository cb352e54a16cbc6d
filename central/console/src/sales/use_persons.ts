/**
 * Seats persons in the cart: each gets the ticket that `persons.ts` chooses from what central offers.
 *
 * Laws: a person stands in a cart once; all persons of one reading are one change of the cart, so that central quotes once for it.
 */
import { quoteOrder, type EvidenceBody, type TicketTypeView } from '@client'
import type { Ref } from 'vue'

import { Refused } from '@/api/problem'

import { addHolder, lackingHolders, type Cart, type Holder } from './cart'
import { candidates, chosen, isConcession, takesHolders, type Offer } from './persons'
import { lineBody } from './use_quote'

export interface Seated {
  holder: Holder
  /** The type that the person got; null: the cart has this person already, or no type fits. */
  typeId: number | null
  isTwice: boolean
}
export interface Place {
  siteId: Ref<number | null>
  cart: Ref<Cart>
  types: Ref<readonly TicketTypeView[]>
  shown: Ref<readonly TicketTypeView[]>
  visit: { day: Ref<string>; slotFor: (typeId: number) => Promise<string | null> }
}
const LAST_CHARACTERS = 4

function evidenceOf({ parameters }: TicketTypeView, { number }: Holder): EvidenceBody {
  const grounds = parameters.concession?.filter(({ evidence }) => evidence === 'identity-document') ?? []
  const isAsked = grounds.some(({ asks_number }) => asks_number)
  return { kind: 'identity-document', ...(isAsked ? { last_characters: number.slice(-LAST_CHARACTERS) } : {}) }
}

export function usePersons({ siteId, cart, types, shown, visit }: Place) {
  function named(type: TicketTypeView, holder: Holder): Holder {
    return isConcession(type) ? { ...holder, evidence: evidenceOf(type, holder) } : holder
  }

  /** Return what central says of a type for these persons; null where it is not sold to them. */
  async function offer(type: TicketTypeView, holders: readonly Holder[]): Promise<Offer | null> {
    const { ticket_type_id: typeId } = type
    const slot = await visit.slotFor(typeId)
    const persons = holders.map((holder) => named(type, holder))
    const line = lineBody({ typeId, quantity: persons.length, day: visit.day.value, slot, holders: persons })
    try {
      const { lines } = (await quoteOrder({ body: { site_id: siteId.value ?? 0, lines: [line] } })).data
      const isEntitled = lines[0]?.eligibility.map(({ is_eligible }) => is_eligible) ?? []
      return { typeId, isConcession: isConcession(type), priceFen: lines[0]?.price_fen ?? 0, slot, isEntitled }
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      // A plain type is taken all the same: beside the cart stands why it is not sold.
      return isConcession(type) ? null : { typeId, isConcession: false, priceFen: type.price_fen, slot, isEntitled: [] }
    }
  }

  function lacking(): Map<number, number> {
    const realName = new Set(types.value.filter(takesHolders).map(({ ticket_type_id }) => ticket_type_id))
    const lines = lackingHolders(cart.value, realName)
    return new Map(lines.map(({ typeId, quantity, holders }) => [typeId, quantity - holders.length]))
  }

  function wishOf(one: Offer): { typeId: number; day: string; slot: string | null } {
    const begun = cart.value.lines.find(({ typeId, quantity, holders }) => typeId === one.typeId && holders.length < quantity)
    return begun ?? { typeId: one.typeId, day: visit.day.value, slot: one.slot }
  }

  /** Seat persons; null where nothing that is sold here bears names. */
  async function seat(holders: readonly Holder[]): Promise<readonly Seated[] | null> {
    const found = candidates(cart.value, shown.value, types.value)
    if (found.length === 0) return null
    const offers = (await Promise.all(found.map((type) => offer(type, holders)))).flatMap((one) => one ?? [])
    const wanting = lacking()
    let next = cart.value
    const seated = holders.map((holder, person): Seated => {
      const one = chosen(offers, person, wanting)
      const type = found.find(({ ticket_type_id }) => ticket_type_id === one?.typeId)
      if (!one || !type) return { holder, typeId: null, isTwice: false }
      const { typeId, day, slot } = wishOf(one)
      const added = addHolder(next, { typeId, day, slot }, named(type, holder))
      if (!added) return { holder, typeId: null, isTwice: true }
      next = added
      wanting.set(typeId, (wanting.get(typeId) ?? 0) - 1)
      return { holder, typeId, isTwice: false }
    })
    cart.value = next
    return seated
  }

  return { seat }
}
