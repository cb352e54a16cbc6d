/** The check points that the editor names; without the permission to read them their numbers are shown. */
import { inject, type InjectionKey, provide, type ShallowRef, shallowRef, watch } from 'vue'

import { may } from '@/identity/session'
import type { Named } from '@/lists/declaration'
import { sites } from '@/shell/sites'
import { language } from '@/words/language'

import { checkPointsOf } from './names'

export interface Gates {
  all: ShallowRef<readonly (Named & { siteId: number })[]>
  nameOf: (number: number) => string
}
const GATES: InjectionKey<Gates> = Symbol('gates')

/** Read the check points of all sites for the components within; call it in `setup`. */
export function provideGates(): Gates {
  const all = shallowRef<readonly (Named & { siteId: number })[]>([])
  const gates = { all, nameOf: (number: number) => all.value.find(({ id }) => id === number)?.name ?? `#${number}` }
  provide(GATES, gates)
  watch(
    [sites, language],
    async ([known]) => {
      if (known.length === 0 || !may('devices.read')) return
      all.value = await checkPointsOf(known.map(({ id }) => id)).catch(() => all.value)
    },
    { immediate: true },
  )
  return gates
}

export function useGates(): Gates {
  const gates = inject(GATES)
  if (!gates) throw new Error('the editor provides the gates')
  return gates
}

export function siteName(number: number): string {
  return sites.value.find(({ id }) => id === number)?.name ?? `#${number}`
}
