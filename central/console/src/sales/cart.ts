/**
 * What a seller gathers for one visitor before the money: lines, and for real-name types the persons of each.
 *
 * Laws: pure; each change returns a new cart; no price is computed here (central quotes); a person stands in a cart once.
 */
import type { EvidenceBody } from '@client'

export interface Holder {
  number: string
  name: string
  /** What the seller saw that grants a concession; none on a plain ticket. */
  evidence?: EvidenceBody
}
export interface Line {
  typeId: number
  quantity: number
  day: string
  slot: string | null
  holders: readonly Holder[]
}
export interface Cart {
  lines: readonly Line[]
  /** The line that `-` and a count act on: the one that was changed last. */
  at: number
  promoterCode: string | null
}
export interface Wish {
  typeId: number
  day: string
  slot: string | null
}

export const EMPTY: Cart = { lines: [], at: -1, promoterCode: null }
export const MOST_OF_A_LINE = 500

const same = (line: Line, wish: Wish) => line.typeId === wish.typeId && line.day === wish.day && line.slot === wish.slot

function put(cart: Cart, at: number, line: Line): Cart {
  return { ...cart, lines: cart.lines.map((each, index) => (index === at ? line : each)), at }
}

/** Add one more of a type, or a line for it. */
export function add(cart: Cart, wish: Wish): Cart {
  const at = cart.lines.findIndex((line) => same(line, wish))
  const line = cart.lines[at]
  if (line) return put(cart, at, { ...line, quantity: Math.min(line.quantity + 1, MOST_OF_A_LINE) })
  return { ...cart, lines: [...cart.lines, { ...wish, quantity: 1, holders: [] }], at: cart.lines.length }
}

/** Add a person to a real-name type; null where the cart has this person already. */
export function addHolder(cart: Cart, wish: Wish, holder: Holder): Cart | null {
  if (cart.lines.some((line) => line.holders.some(({ number }) => number === holder.number))) return null
  const at = cart.lines.findIndex((line) => same(line, wish))
  const line = cart.lines[at]
  if (!line) return { ...cart, lines: [...cart.lines, { ...wish, quantity: 1, holders: [holder] }], at: cart.lines.length }
  const holders = [...line.holders, holder]
  return put(cart, at, { ...line, holders, quantity: Math.max(line.quantity, holders.length) })
}

/** Set how many of the line at hand; none removes it, and so do less than its persons. */
export function count(cart: Cart, quantity: number): Cart {
  const line = cart.lines[cart.at]
  if (!line) return cart
  if (quantity <= 0) return remove(cart, cart.at)
  const most = Math.min(quantity, MOST_OF_A_LINE)
  return put(cart, cart.at, { ...line, quantity: most, holders: line.holders.slice(0, most) })
}

/** One less of the line at hand; the last one removes it. */
export function less(cart: Cart): Cart {
  const line = cart.lines[cart.at]
  return line ? count(cart, line.quantity - 1) : cart
}

export function remove(cart: Cart, at: number): Cart {
  const lines = cart.lines.filter((_, index) => index !== at)
  return { ...cart, lines, at: Math.min(cart.at, lines.length - 1) }
}

/** Move every line, or `only` one, to another day and the slot that its type has there; what then is the same becomes one line. */
export function onDay(cart: Cart, day: string, slotOf: (typeId: number) => string | null, only: number | null = null): Cart {
  return cart.lines.reduce<Cart>(
    (moved, line, index) => {
      const isMoved = only === null || only === index
      const next = isMoved ? { ...line, day, slot: slotOf(line.typeId) } : line
      const found = moved.lines.findIndex((each) => same(each, next))
      const at = found === -1 ? moved.lines.length : found
      const there = moved.lines[at]
      const whole = there
        ? { ...there, quantity: there.quantity + next.quantity, holders: [...there.holders, ...next.holders] }
        : next
      return {
        ...moved,
        lines: [...moved.lines.slice(0, at), whole, ...moved.lines.slice(at + 1)],
        at: index === cart.at ? at : moved.at,
      }
    },
    { ...EMPTY, promoterCode: cart.promoterCode },
  )
}

export function tickets(cart: Cart): number {
  return cart.lines.reduce((sum, line) => sum + line.quantity, 0)
}

/** Return the lines that still lack persons, of the types that want one a ticket. */
export function lackingHolders(cart: Cart, realName: ReadonlySet<number>): readonly Line[] {
  return cart.lines.filter((line) => realName.has(line.typeId) && line.holders.length < line.quantity)
}
