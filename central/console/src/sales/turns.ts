/**
 * Lets keys and scans wait while an act is under way, so that none is lost and none meets a cart that is being sold.
 *
 * Laws: what waits is carried out in its order; a second Enter or Esc while money is taken is no act of its own; what waited for an
 * act that failed is dropped, for it was meant for what did not happen.
 */
import { watch, type Ref } from 'vue'

export interface Acting {
  isBusy: Ref<boolean>
  /** The act only asks central for something; every key may wait for it. */
  isReading: Ref<boolean>
  fault: Ref<unknown>
}

export function useTurns({ isBusy, isReading, fault }: Acting): (act: () => void, isRepeat?: boolean) => void {
  let waiting: (() => void)[] = []

  watch(
    isBusy,
    (busy) => {
      if (busy) return
      if (fault.value) waiting = []
      while (!isBusy.value) {
        const next = waiting.shift()
        if (!next) return
        next()
      }
    },
    { flush: 'sync' },
  )

  return (act, isRepeat = false) => {
    if (!isBusy.value) act()
    else if (isReading.value || !isRepeat) waiting.push(act)
  }
}
