/**
 * What time it is by central's clock: the clock of the computer that shows the page may be wrong by hours.
 *
 * Laws: what only differs by what the header leaves out (it has whole seconds) moves nothing; an answer that took long says
 * nothing of the time.
 */
import { computed, type ComputedRef, onBeforeUnmount, ref } from 'vue'

const MOST_MS = 10_000
const ROUNDING_MS = 2_000
const HALF_SECOND_MS = 500
const TICK_MS = 1_000

const aheadMs = ref(0)

/** Learn from an answer how far central's clock is ahead of this computer's. */
export function hearDate(date: string | null, askedAtMs: number, answeredAtMs = Date.now()): void {
  const centralMs = Date.parse(date ?? '')
  if (Number.isNaN(centralMs) || answeredAtMs - askedAtMs > MOST_MS) return
  const ahead = centralMs + HALF_SECOND_MS - (askedAtMs + answeredAtMs) / 2
  if (Math.abs(ahead - aheadMs.value) > ROUNDING_MS) aheadMs.value = ahead
}

/** Return the instant by central's clock, in milliseconds since 1970. */
export function centralNow(): number {
  return Date.now() + aheadMs.value
}

/** Return the instant by central's clock, second by second, as long as a page stands. */
export function useCentralNow(): ComputedRef<number> {
  const here = ref(Date.now())
  const timer = setInterval(() => (here.value = Date.now()), TICK_MS)
  onBeforeUnmount(() => {
    clearInterval(timer)
  })
  return computed(() => here.value + aheadMs.value)
}
