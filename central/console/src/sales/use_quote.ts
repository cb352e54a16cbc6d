/**
 * The price of the cart, as central says it after each change.
 *
 * Laws: of two quotes only the later one counts; a sale waits for the quote of the very cart that it sells.
 */
import { quoteOrder, type LineBody, type QuoteView } from '@client'
import { shallowRef, watch, type Ref } from 'vue'

import type { Cart, Line } from './cart'

export function lineBody({ typeId, quantity, day, slot, holders }: Line): LineBody {
  const evidence = holders.flatMap((one) => one.evidence ?? [])
  return {
    ticket_type_id: typeId,
    quantity,
    visit_day: day,
    ...(slot === null ? {} : { slot_start: slot }),
    ...(holders.length === 0
      ? {}
      : { holders: holders.map(({ number, name }) => ({ document_type: 'resident-id' as const, number, name })) }),
    ...(evidence.length === 0 ? {} : { evidence }),
  }
}

export function bodyOf(cart: Cart): LineBody[] {
  return cart.lines.map(lineBody)
}

export function useQuote(cart: Ref<Cart>, siteId: Ref<number | null>) {
  const quote = shallowRef<QuoteView | null>(null)
  const fault = shallowRef<unknown>(null)
  let latest: Promise<QuoteView | null> = Promise.resolve(null)

  async function ask(now: Cart, site: number): Promise<QuoteView | null> {
    try {
      const answer = (await quoteOrder({ body: { site_id: site, lines: bodyOf(now) } })).data
      if (now === cart.value) {
        quote.value = answer
        fault.value = null
      }
      return answer
    } catch (error) {
      if (now === cart.value) {
        quote.value = null
        fault.value = error
      }
      return null
    }
  }

  function again(): void {
    if (cart.value.lines.length === 0 || siteId.value === null) {
      quote.value = fault.value = null
      latest = Promise.resolve(null)
      return
    }
    latest = ask(cart.value, siteId.value)
  }

  watch([cart, siteId], again, { flush: 'sync' })
  return { quote, fault, again, settled: () => latest }
}
