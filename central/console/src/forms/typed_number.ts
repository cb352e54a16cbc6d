/** The text of a field that holds a number: it is read as it is typed, and written plainly when the field is left. */
import { computed, ref, watch, type Ref } from 'vue'

import type { Typed } from './integer'
import { useFault } from './part'

interface Reading<Fault extends string> {
  value: Ref<number | null>
  parse: (text: string) => Typed<Fault>
  write: (value: number) => string
  /** What is said of a fault, in the person's language. */
  say: (fault: Fault | 'empty') => string
  mayBeEmpty: () => boolean
}

/** A text that is no number, or none where one must be, leaves the value as it was, and is told to the field around; it is never changed under the person's hands. */
export function useTypedNumber<Fault extends string>({ value, parse, write, say, mayBeEmpty }: Reading<Fault>) {
  const written = () => (value.value === null ? '' : write(value.value))
  const text = ref(written())
  const typed = computed(() => parse(text.value))

  function type(next: string): void {
    text.value = next
    if ('value' in typed.value && (typed.value.value !== null || mayBeEmpty())) value.value = typed.value.value
  }

  function leave(): void {
    if ('value' in typed.value && typed.value.value === value.value) text.value = written()
  }

  watch(value, (next) => {
    if (!('value' in typed.value) || typed.value.value !== next) text.value = written()
  })
  useFault(() => {
    if ('fault' in typed.value) return say(typed.value.fault)
    return typed.value.value === null && !mayBeEmpty() ? say('empty') : null
  })
  return { text, type, leave }
}
