/** One form that asks for a password: what it waits for, what went wrong, and beside which field. */
import { computed, onScopeDispose, reactive, ref } from 'vue'

import { Refused } from '@/api/problem'

const SECOND_MS = 1000

/** `run` carries out one try; it never throws: what went wrong stands in `fault` and `fields`. */
export function useAttempt() {
  const isBusy = ref(false)
  const wantsCode = ref(false)
  const fault = ref<Refused | 'unreachable' | null>(null)
  const secondsLeft = ref(0)
  const fields = reactive<Record<string, string>>({})
  let timer = 0

  function countDown(seconds: number): void {
    window.clearInterval(timer)
    secondsLeft.value = seconds
    timer = window.setInterval(() => {
      secondsLeft.value -= 1
      if (secondsLeft.value <= 0) window.clearInterval(timer)
    }, SECOND_MS)
  }

  function explain(error: unknown): void {
    if (!(error instanceof Refused)) {
      fault.value = 'unreachable'
      return
    }
    if (error.code === 'totp_required' && !wantsCode.value) {
      wantsCode.value = true
      return
    }
    fault.value = error
    for (const { field, message } of error.fields) fields[field] = message
    if (error.code === 'sign_in_delayed' && error.retryAfterSeconds !== null) countDown(error.retryAfterSeconds)
  }

  async function run(act: () => Promise<void>): Promise<boolean> {
    isBusy.value = true
    fault.value = null
    for (const field of Object.keys(fields)) Reflect.deleteProperty(fields, field)
    try {
      await act()
      return true
    } catch (error) {
      explain(error)
      return false
    } finally {
      isBusy.value = false
    }
  }

  onScopeDispose(() => window.clearInterval(timer))
  return { isBusy, wantsCode, fault, fields, secondsLeft, isBlocked: computed(() => isBusy.value || secondsLeft.value > 0), run }
}
