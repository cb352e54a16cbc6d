/** One thing that is read as a whole: again in another language, and again when it changes. */
import { watch } from 'vue'

import { language } from '@/words/language'

import { type Reading, useReading } from './reading'

/** Read the thing of this number; of another number, what was read is forgotten first. Call it in `setup`. */
export function useWhole<T>(id: () => number, read: (id: number, signal: AbortSignal) => Promise<T>): Reading<T> {
  const reading = useReading((signal) => read(id(), signal))
  watch(
    [id, language],
    ([now], [before]) => {
      if (now !== before) reading.clear()
      void reading.begin()
    },
    { immediate: true },
  )
  return reading
}
