/** What is asked of central a little after the last key. */
import { onScopeDispose, watch } from 'vue'

export const AFTER_LAST_KEY_MS = 200

/** Call `ask` when a question has stood for a moment; at once the first time. Call it in `setup`. */
export function askLater(question: () => string | null, ask: (question: string | null) => void): void {
  let timer: ReturnType<typeof setTimeout> | undefined
  watch(
    question,
    (now, before) => {
      clearTimeout(timer)
      if (before === undefined) ask(now)
      else timer = setTimeout(() => ask(now), AFTER_LAST_KEY_MS)
    },
    { immediate: true },
  )
  onScopeDispose(() => clearTimeout(timer))
}
