/** What this page knows of conflicts since their list was read: those that were settled here. */
import type { ConflictView } from '@client'
import { inject, type InjectionKey, provide, shallowRef } from 'vue'

interface Settled {
  latest: (row: ConflictView) => ConflictView
  put: (view: ConflictView) => void
}
const KEY: InjectionKey<Settled> = Symbol('settled')
const keyOf = ({ journal_number, sequence }: ConflictView) => `${journal_number}-${sequence}`

/** Keep them for the components below. Call it in `setup`. */
export function provideSettled(): Settled {
  const known = shallowRef<ReadonlyMap<string, ConflictView>>(new Map())
  const kept = {
    latest: (row: ConflictView) => (row.state === 'settled' ? row : (known.value.get(keyOf(row)) ?? row)),
    put: (view: ConflictView) => {
      known.value = new Map([...known.value, [keyOf(view), view]])
    },
  }
  provide(KEY, kept)
  return kept
}

export function useSettled(): Settled {
  const kept = inject(KEY)
  if (!kept) throw new Error('a conflict stands in its list')
  return kept
}
