/**
 * One payment by the visitor's phone: started with the code that the phone shows, watched until it has ended.
 *
 * Laws: the state shown is central's, never a guess; a payment whose end is unknown is asked for again and again, and no other
 * payment is taken for the order meanwhile; giving up is central's act too, and its answer counts.
 */
import { giveUpPayment, readPayment, startPayment, type PaymentState, type PaymentView } from '@client'
import { computed, onScopeDispose, ref, shallowRef } from 'vue'

import { newIntention, under } from '@/api/intention'
import { useLive } from '@/live/live'

const ASK_EVERY_MS = 1_500
const ENDED: ReadonlySet<PaymentState> = new Set(['paid', 'failed', 'reversed', 'returned'])

export function usePhonePayment(ended: (payment: PaymentView) => void) {
  const payment = shallowRef<PaymentView | null>(null)
  const isAway = ref(false)
  const startedAt = ref(0)
  let timer = 0

  function take(next: PaymentView): void {
    if (payment.value?.payment_id !== next.payment_id) return
    payment.value = next
    if (!ENDED.has(next.state)) return
    stop()
    payment.value = null
    ended(next)
  }

  function stop(): void {
    window.clearInterval(timer)
  }

  async function look(): Promise<void> {
    const id = payment.value?.payment_id
    if (id === undefined) return
    try {
      take((await readPayment({ path: { payment_id: id } })).data)
      isAway.value = false
    } catch {
      isAway.value = true
    }
  }

  async function start(orderId: number, method: 'wechat' | 'alipay', code: string): Promise<void> {
    const headers = under(newIntention())
    const body = { method, auth_code: code }
    payment.value = (await startPayment({ path: { order_id: orderId }, body, headers })).data
    startedAt.value = Date.now()
    timer = window.setInterval(() => void look(), ASK_EVERY_MS)
    take(payment.value)
  }

  async function giveUp(): Promise<void> {
    const id = payment.value?.payment_id
    if (id !== undefined) take((await giveUpPayment({ path: { payment_id: id }, headers: under(newIntention()) })).data)
  }

  useLive(['payment'], ({ events, again }) => {
    if (again || events.some(({ data }) => data.payment_id === payment.value?.payment_id)) void look()
  })
  onScopeDispose(stop)
  return { payment, isAway, startedAt, isOpen: computed(() => payment.value !== null), start, giveUp }
}
