/**
 * A seller's window: what is sold here, the cart, the shift, and the ways to take money.
 *
 * Laws: one cart has one intention, whatever is pressed how often, so that a sale happens once; a cart that is held for a phone
 * payment is paid in that order and never sold again; what central refuses leaves the cart as it is.
 */
import {
  holdOrder,
  listSellableTicketTypes,
  payOrder,
  readOrder,
  readOwnShift,
  sellOrder,
  type OrderView,
  type PaymentView,
  type ShiftItem,
  type TicketTypeView,
} from '@client'
import { computed, ref, shallowRef, watch, type Ref } from 'vue'

import { newIntention, under } from '@/api/intention'
import { Refused } from '@/api/problem'

import { add, count, EMPTY, less, remove, type Cart } from './cart'
import { bodyOf, useQuote } from './use_quote'
import { usePhonePayment } from './use_phone_payment'
import { isTimed, useVisit } from './use_visit'

const MOST = 200
export type WindowPanel = 'tiles' | 'cash' | 'terminal' | 'visit' | 'cards' | 'names' | 'carts'
export interface Done {
  order: OrderView
  givenFen: number | null
}

export function useWindow(siteId: Ref<number | null>, today: Ref<string>) {
  const types = shallowRef<readonly TicketTypeView[]>([])
  const shift = shallowRef<ShiftItem | null>(null)
  const cart = shallowRef<Cart>(EMPTY)
  const panel = ref<WindowPanel>('tiles')
  const done = shallowRef<Done | null>(null)
  const fault = shallowRef<unknown>(null)
  const unpaid = shallowRef<PaymentView | null>(null)
  const isBusy = ref(false)
  const isReading = ref(false)
  const areTypesRead = ref(false)
  const { quote, fault: quoteFault, again, settled } = useQuote(cart, siteId)
  let intention = newIntention()
  let held: { cart: Cart; orderId: number } | null = null

  const byId = computed(() => new Map(types.value.map((type) => [type.ticket_type_id, type])))
  const visit = useVisit({ siteId, today, cart, byId })
  const phone = usePhonePayment(phoneEnded)

  watch(cart, () => {
    intention = newIntention()
    held = null
    fault.value = null
  })

  async function open(): Promise<void> {
    const found = (await listSellableTicketTypes({ query: { limit: MOST } })).data.items
    types.value = found.filter(({ parameters }) => parameters.entitlements.some(({ sites }) => sites.includes(siteId.value ?? 0)))
    areTypesRead.value = true
    await readShift()
  }

  async function readShift(): Promise<void> {
    try {
      shift.value = (await readOwnShift()).data
    } catch (error) {
      if (!(error instanceof Refused && error.code === 'shift_state')) throw error
      shift.value = null
    }
  }

  /** Carry out one act; what goes wrong stands in `fault`, and nothing else changes. */
  async function attempt(act: () => Promise<void>, isOnlyReading = false): Promise<void> {
    if (isBusy.value) return
    isReading.value = isOnlyReading
    isBusy.value = true
    fault.value = unpaid.value = null
    try {
      await act()
    } catch (error) {
      fault.value = error
      if (error instanceof Refused && error.code === 'total_changed') again()
    } finally {
      isBusy.value = false
    }
  }

  /** Ask central for what a key needs; the keys after it wait. */
  const reading = (act: () => Promise<void>) => attempt(act, true)

  async function addTile(typeId: number): Promise<void> {
    const type = byId.value.get(typeId)
    if (!type) return
    done.value = null
    if (isTimed(type)) await reading(async () => put(typeId, await visit.slotFor(typeId)))
    else put(typeId, null)
  }

  function put(typeId: number, slot: string | null): void {
    cart.value = add(cart.value, { typeId, day: visit.day.value, slot })
  }

  /** Return the total of this very cart; null where central does not quote it. */
  async function totalFen(): Promise<number | null> {
    return (await settled())?.total_fen ?? null
  }

  function finish(order: OrderView, givenFen: number | null): void {
    done.value = { order, givenFen }
    clear()
    panel.value = 'tiles'
  }

  function clear(): void {
    cart.value = EMPTY
    visit.reset()
  }

  async function sell(method: 'cash' | 'card_terminal', givenFen: number | null, reference?: string): Promise<void> {
    await attempt(async () => {
      const total = await totalFen()
      if (total === null || siteId.value === null) return
      if (held?.cart === cart.value) {
        const path = { order_id: held.orderId }
        await payOrder({ path, body: { method, ...(reference ? { reference } : {}) }, headers: under(intention) })
        finish((await readOrder({ path })).data, givenFen)
        return
      }
      const body = { site_id: siteId.value, lines: bodyOf(cart.value), expected_total_fen: total, method }
      const extra = { promoter_code: cart.value.promoterCode, ...(reference ? { reference } : {}) }
      finish((await sellOrder({ body: { ...body, ...extra }, headers: under(intention) })).data, givenFen)
    })
  }

  async function payByPhone(method: 'wechat' | 'alipay', code: string): Promise<void> {
    await attempt(async () => {
      const total = await totalFen()
      if (total === null || siteId.value === null || phone.isOpen.value) return
      if (held?.cart !== cart.value) {
        const body = { site_id: siteId.value, lines: bodyOf(cart.value), expected_total_fen: total }
        const order = (await holdOrder({ body: { ...body, promoter_code: cart.value.promoterCode }, headers: under(intention) }))
          .data
        held = { cart: cart.value, orderId: order.order_id }
      }
      await phone.start(held.orderId, method, code)
    })
  }

  function phoneEnded(payment: PaymentView): void {
    unpaid.value = payment.state === 'paid' ? null : payment
    if (payment.state === 'paid')
      void readOrder({ path: { order_id: payment.order_id } }).then(
        ({ data }) => finish(data, null),
        (error: unknown) => (fault.value = error),
      )
  }

  const acts = {
    less: () => (cart.value = less(cart.value)),
    setCount: (quantity: number) => (cart.value = count(cart.value, quantity)),
    remove: (at: number) => (cart.value = remove(cart.value, at)),
    clear,
    putBack: (whole: Cart) => (cart.value = whole),
  }
  return {
    types, byId, shift, cart, panel, done, fault, quote, quoteFault, isBusy, isReading, areTypesRead, phone, unpaid, visit,
    open, readShift, addTile, sell, payByPhone, attempt, reading, settled, ...acts,
  } // prettier-ignore
}
