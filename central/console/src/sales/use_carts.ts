/**
 * Carts that a seller sets aside for a moment and takes back (挂单, 取单).
 *
 * Laws: one cart is at the window; another one is not put over it. A promoter's code, which central does not keep with a cart, is
 * kept by the window.
 */
import { listSuspendedCarts, recallCart, suspendCart, type CartItem } from '@client'
import { ref, shallowRef, type Ref } from 'vue'

import { newIntention, under } from '@/api/intention'

import type { Cart } from './cart'
import { cartOf } from './kept_cart'
import { bodyOf } from './use_quote'

const MOST = 50

export function useCarts(siteId: Ref<number | null>) {
  const items = shallowRef<readonly CartItem[]>([])
  const at = ref(0)
  const promoters = new Map<number, string | null>()
  let intention = { of: null as Cart | null, is: newIntention() }

  async function suspend(cart: Cart, name: string): Promise<CartItem> {
    if (intention.of !== cart) intention = { of: cart, is: newIntention() }
    const body = { name, cart: { site_id: siteId.value ?? 0, lines: bodyOf(cart) } }
    const { data } = await suspendCart({ body, headers: under(intention.is) })
    promoters.set(data.cart_id, cart.promoterCode)
    return data
  }

  async function list(): Promise<void> {
    const { data } = await listSuspendedCarts({ query: { limit: MOST } })
    items.value = data.items.filter(({ site }) => site.id === siteId.value)
    at.value = 0
  }

  async function recall(index: number): Promise<Cart | null> {
    const id = items.value[index]?.cart_id
    if (id === undefined) return null
    const { data } = await recallCart({ path: { cart_id: id }, headers: under(newIntention()) })
    return cartOf(data, promoters.get(id) ?? null)
  }

  function move(by: 1 | -1): void {
    at.value = Math.max(0, Math.min(items.value.length - 1, at.value + by))
  }

  return { items, at, suspend, list, recall, move }
}
