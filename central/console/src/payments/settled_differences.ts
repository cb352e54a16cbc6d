/** What this page knows of differences since their list was read: those that were settled here. */
import type { DifferenceView } from '@client'
import { inject, type InjectionKey, provide, shallowRef } from 'vue'

interface Settled {
  latest: (row: DifferenceView) => DifferenceView
  put: (view: DifferenceView) => void
}
const KEY: InjectionKey<Settled> = Symbol('settled differences')

/** Keep them for the components below; `told` is called for each. Call it in `setup`. */
export function provideSettled(told: () => void): Settled {
  const known = shallowRef<ReadonlyMap<number, DifferenceView>>(new Map())
  const kept = {
    latest: (row: DifferenceView) => (row.state === 'settled' ? row : (known.value.get(row.difference_id) ?? row)),
    put: (view: DifferenceView) => {
      known.value = new Map([...known.value, [view.difference_id, view]])
      told()
    },
  }
  provide(KEY, kept)
  return kept
}

export function useSettled(): Settled {
  const kept = inject(KEY)
  if (!kept) throw new Error('a difference stands in its list')
  return kept
}
