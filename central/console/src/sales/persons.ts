/**
 * Which real-name ticket a person gets: the line that still lacks one, else the concession that central grants, else the plain type.
 *
 * Laws: pure; who is entitled and what it costs is central's word (`Offer`), no rule of concessions stands here; what the seller
 * chose by a tile goes before a concession.
 */
import type { TicketTypeView } from '@client'

import type { Cart } from './cart'

/** What central says of one type for these persons. */
export interface Offer {
  typeId: number
  isConcession: boolean
  priceFen: number
  slot: string | null
  isEntitled: readonly boolean[]
}

/** Return whether the tickets of a type bear the names of persons. */
export function takesHolders({ parameters }: TicketTypeView): boolean {
  return parameters.is_real_name === true && !parameters.activation && !parameters.group
}

export function isConcession({ parameters }: TicketTypeView): boolean {
  return (parameters.concession?.length ?? 0) > 0
}

function grantsByDocument({ parameters }: TicketTypeView): boolean {
  return parameters.concession?.some(({ evidence }) => evidence === 'identity-document') ?? false
}

/** Return the types that a person may get: the plain one, and the concessions of its category that an ID card may grant. */
export function candidates(cart: Cart, shown: readonly TicketTypeView[], all: readonly TicketTypeView[]): TicketTypeView[] {
  const byId = new Map(all.map((type) => [type.ticket_type_id, type]))
  const inCart = [cart.lines[cart.at], ...cart.lines].flatMap((line) => byId.get(line?.typeId ?? 0) ?? [])
  const plain = [...inCart, ...shown].find((type) => takesHolders(type) && !isConcession(type))
  const own = inCart.filter((type) => takesHolders(type) && (!isConcession(type) || grantsByDocument(type)))
  const granted = all.filter(
    (type) => takesHolders(type) && grantsByDocument(type) && (!plain || type.category?.id === plain.category?.id),
  )
  return [...new Set([...(plain ? [plain] : []), ...own, ...granted])]
}

/** Return the type of a person, counted from 0; null where no type fits. `lacking` says how many each type of the cart still wants. */
export function chosen(offers: readonly Offer[], person: number, lacking: ReadonlyMap<number, number>): Offer | null {
  const fit = offers.filter((offer) => !offer.isConcession || offer.isEntitled[person])
  const wanted = fit.filter(({ typeId }) => (lacking.get(typeId) ?? 0) > 0)
  const among = wanted.length > 0 ? wanted : fit
  const byPrice = [...among].sort((one, other) => one.priceFen - other.priceFen)
  if (wanted.length > 0) return byPrice[0] ?? null
  return byPrice.find(({ isConcession: is }) => is) ?? offers.find(({ isConcession: is }) => !is) ?? null
}
