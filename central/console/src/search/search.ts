/**
 * One search: what is typed, and what central says of it.
 *
 * Laws: central is asked when the keys have paused, or at Enter, so that a scanner's code is asked for once and whole; an answer to
 * an earlier text is never shown for a later one.
 */
import type { MatchView } from '@client'
import { onScopeDispose, ref, shallowRef, watch, type Ref } from 'vue'

import { asSearched } from './reading'

/** Longer than a slow scanner's or a quick person's pause between two keys. */
export const PAUSE_MS = 250

export type Ask = (text: string, signal: AbortSignal) => Promise<readonly MatchView[]>

/** `found`: null while nothing is known of the text. `look` asks at once, and resolves when the answer is there. */
export function useSearch(ask: Ask, mayAsk: Ref<boolean>) {
  const text = ref('')
  const found = shallowRef<readonly MatchView[] | null>(null)
  const fault = shallowRef<unknown>(null)
  const isLooking = ref(false)
  let timer = 0
  let asked = new AbortController()

  function forget(): void {
    window.clearTimeout(timer)
    asked.abort()
    found.value = fault.value = null
    isLooking.value = false
  }

  async function look(): Promise<void> {
    forget()
    const wanted = asSearched(text.value)
    if (wanted === '' || !mayAsk.value) return
    const { signal } = (asked = new AbortController())
    isLooking.value = true
    try {
      const matches = await ask(wanted, signal)
      if (!signal.aborted) found.value = matches
    } catch (error) {
      if (!signal.aborted) fault.value = error
    } finally {
      if (!signal.aborted) isLooking.value = false
    }
  }

  watch(
    () => asSearched(text.value),
    () => {
      forget()
      timer = window.setTimeout(() => void look(), PAUSE_MS)
    },
    { flush: 'sync' },
  )
  onScopeDispose(forget)
  return { text, found, fault, isLooking, look, forget }
}
