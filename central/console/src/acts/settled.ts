/** What a page knows of things since their list was read: those that were settled on it. */
import { inject, type InjectionKey, provide, shallowRef } from 'vue'

export interface Settled<T> {
  latest: (row: T) => T
  put: (view: T) => void
}

/** Return how a list keeps them for the components below, and how those get at them; both are called in `setup`. */
export function settledOnes<T extends { state: string }>(what: string, keyOf: (one: T) => string) {
  const key: InjectionKey<Settled<T>> = Symbol(what)

  /** Keep them; `told` is called for each. */
  function provideSettled(told: () => void = () => undefined): Settled<T> {
    const known = shallowRef<ReadonlyMap<string, T>>(new Map())
    const kept: Settled<T> = {
      latest: (row) => (row.state === 'settled' ? row : (known.value.get(keyOf(row)) ?? row)),
      put: (view) => {
        known.value = new Map([...known.value, [keyOf(view), view]])
        told()
      },
    }
    provide(key, kept)
    return kept
  }

  function useSettled(): Settled<T> {
    const kept = inject(key)
    if (!kept) throw new Error(`one of the ${what} stands in their list`)
    return kept
  }

  return { provideSettled, useSettled }
}
