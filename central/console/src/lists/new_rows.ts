/** How many things a list has not shown yet, as the live channel tells. */
import type { LiveKind } from '@client'
import { ref, type Ref } from 'vue'

import { type EventOf, useLive } from '@/live/live'

/** Count what is told of some kinds: each thing once, however often it changed. Call it in `setup`. */
export function useNewRows<K extends LiveKind>(kinds: readonly K[], keyOf: (event: EventOf<K>) => string | number): Ref<number> {
  const newRows = ref(0)
  let known = new Set<string | number>()
  let missed = 0
  useLive(kinds, ({ events, again }) => {
    if (newRows.value === 0) {
      known = new Set()
      missed = 0
    }
    for (const event of events) known.add(keyOf(event))
    if (again) missed = 1
    newRows.value = known.size + missed
  })
  return newRows
}
