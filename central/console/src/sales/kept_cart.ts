/**
 * A cart that is set aside and taken back: its name for the list, and the cart that central's answer makes.
 *
 * Law: nothing of a person stands in the name; persons travel in the cart, which central keeps sealed.
 */
import type { CartView } from '@client'

import { formatFen } from '@/money/yuan'

import type { Cart, Holder, Line } from './cart'

const MOST_NAME = 64

/** Return what the list shows of a cart: its sum first, then its tickets. */
export function nameOfCart(cart: Cart, totalFen: number | null, typeName: (typeId: number) => string): string {
  const lines = cart.lines.map(({ typeId, quantity }) => `${typeName(typeId)} ×${String(quantity)}`).join('，')
  const whole = totalFen === null ? lines : `${formatFen(totalFen)} ${lines}`
  return Array.from(whole).slice(0, MOST_NAME).join('')
}

type LineBody = CartView['cart']['lines'][number]

function lineOf({ ticket_type_id, quantity, visit_day, slot_start, holders, evidence }: LineBody): Line {
  const persons = (holders ?? []).map(({ number, name }, at): Holder => {
    const seen = evidence?.[at]
    return { number, name, ...(seen ? { evidence: seen } : {}) }
  })
  return { typeId: ticket_type_id, quantity: quantity ?? 1, day: visit_day, slot: slot_start ?? null, holders: persons }
}

/** Return the cart that was set aside. */
export function cartOf({ cart }: Pick<CartView, 'cart'>, promoterCode: string | null): Cart {
  const lines = cart.lines.map(lineOf)
  return { lines, at: lines.length - 1, promoterCode }
}
