/** One value that is read beside the rows, and how long a reading takes to be said. */
import { onScopeDispose, type Ref, ref, shallowRef, watch } from 'vue'

export interface Reading<T> {
  value: Ref<T | null>
  fault: Ref<unknown>
  isReading: Ref<boolean>
  begin: () => Promise<void>
  clear: () => void
}

/** Return a value that can be read again; of two readings only the later one counts. */
export function useReading<T>(read: (signal: AbortSignal) => Promise<T>): Reading<T> {
  const value: Ref<T | null> = shallowRef(null)
  const fault = shallowRef<unknown>(null)
  const isReading = ref(false)
  let latest = new AbortController()

  function clear(): void {
    latest.abort()
    latest = new AbortController()
    value.value = fault.value = null
    isReading.value = false
  }

  async function begin(): Promise<void> {
    latest.abort()
    const mine = (latest = new AbortController())
    isReading.value = true
    fault.value = null
    try {
      const found = await read(mine.signal)
      if (mine === latest) value.value = found
    } catch (error) {
      if (mine === latest) fault.value = error
    } finally {
      if (mine === latest) isReading.value = false
    }
  }

  return { value, fault, isReading, begin, clear }
}

/** Return whether something has lasted for so long. */
export function useLasting(isOn: Ref<boolean>, ms: number): Ref<boolean> {
  const lasts = ref(false)
  let timer: ReturnType<typeof setTimeout> | undefined
  watch(
    isOn,
    (on) => {
      clearTimeout(timer)
      lasts.value = false
      if (on) timer = setTimeout(() => (lasts.value = true), ms)
    },
    { immediate: true, flush: 'sync' },
  )
  onScopeDispose(() => {
    clearTimeout(timer)
  })
  return lasts
}
