/** What this page knows of alarms since their list was read: those that were acknowledged here. */
import type { AlarmView } from '@client'
import { inject, type InjectionKey, provide, shallowRef } from 'vue'

interface Acknowledged {
  latest: (row: AlarmView) => AlarmView
  put: (view: AlarmView) => void
}
const KEY: InjectionKey<Acknowledged> = Symbol('acknowledged')

/** Keep them for the components below. Call it in `setup`. */
export function provideAcknowledged(): Acknowledged {
  const known = shallowRef<ReadonlyMap<number, AlarmView>>(new Map())
  const kept = {
    latest: (row: AlarmView) => (row.state === 'acknowledged' ? row : (known.value.get(row.alarm_id) ?? row)),
    put: (view: AlarmView) => {
      known.value = new Map([...known.value, [view.alarm_id, view]])
    },
  }
  provide(KEY, kept)
  return kept
}

export function useAcknowledged(): Acknowledged {
  const kept = inject(KEY)
  if (!kept) throw new Error('an alarm stands in its list')
  return kept
}
