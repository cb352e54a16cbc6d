/** When central is asked. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope, nextTick, ref } from 'vue'

import { AFTER_LAST_KEY_MS, askLater } from './later'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

describe('a question', () => {
  it('is asked at once, then once for many keys, and never after the page is left', async () => {
    const scope = effectScope()
    const typed = ref('a')
    const asked: (string | null)[] = []
    scope.run(() =>
      askLater(
        () => typed.value,
        (question) => asked.push(question),
      ),
    )
    expect(asked).toEqual(['a'])
    for (const text of ['ab', 'abc']) {
      typed.value = text
      await nextTick()
      vi.advanceTimersByTime(AFTER_LAST_KEY_MS - 1)
    }
    expect(asked).toEqual(['a'])
    vi.advanceTimersByTime(1)
    expect(asked).toEqual(['a', 'abc'])
    typed.value = 'abcd'
    await nextTick()
    scope.stop()
    vi.runAllTimers()
    expect(asked).toEqual(['a', 'abc'])
  })
})
