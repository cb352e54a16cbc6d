/** How a field, its input and its form know of each other. */
import { computed, inject, onBeforeUnmount, shallowReactive, watch, type InjectionKey, type ShallowReactive } from 'vue'

import { at, type Path } from './differences'
import { placeOf, type AnyForm, type Part } from './form'

export const FORM: InjectionKey<AnyForm> = Symbol('form')
export const PART: InjectionKey<ShallowReactive<Part>> = Symbol('part')

interface Named {
  path: Path
  label: string
  show?: ((value: unknown) => string) | undefined
}

/** Return the form that a field stands in. */
function formAround(): AnyForm {
  const form = inject(FORM)
  if (!form) throw new Error('a field stands in a FormDrawer')
  return form
}

/** Make a place of the screen a part of the form around: it has a name there, and what central says of its path. */
export function usePart(named: Named) {
  const form = formAround()
  const part = shallowReactive<Part>({ label: '', show: undefined, fault: null })
  watch(
    () => named.path,
    (path, before) => {
      if (before !== undefined && form.parts.get(before) === part) form.parts.delete(before)
      form.parts.set(path, part)
    },
    { immediate: true },
  )
  watch(
    () => [named.label, named.show] as const,
    ([label, show]) => Object.assign(part, { label, show }),
    { immediate: true },
  )
  // What central said was of the value before.
  watch(
    () => JSON.stringify(at(form.values, named.path)),
    () => form.forgive(named.path),
  )
  onBeforeUnmount(() => {
    if (form.parts.get(named.path) === part) form.parts.delete(named.path)
  })
  /** What central says of it, and of what within it no other field bears. */
  const said = computed(() => {
    const fields = [...form.parts.keys()]
    return Object.entries(form.errors)
      .filter(([path]) => placeOf(path, fields) === named.path)
      .map(([, message]) => message)
      .join('; ')
  })
  return { form, part, said }
}

/** Tell the field around what is wrong with the text that is typed; outside of a field nothing is told. */
export function useFault(fault: () => string | null): void {
  const part = inject(PART, null)
  if (!part) return
  watch(fault, (next) => (part.fault = next), { immediate: true })
  onBeforeUnmount(() => (part.fault = null))
}
