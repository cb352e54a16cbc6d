/**
 * ID cards read one after the other, and names pasted from a spreadsheet: what became of each, and the persons in the cart.
 *
 * Every source of cards says its text to `read`: the panel's field, in which people and readers type; later the counter's agent.
 * Laws: a card that the cart has already is refused aloud and in words; of pasted names the good rows are kept whatever the bad are.
 */
import { computed, ref, shallowRef } from 'vue'

import { cardHeard, NO_HALF, type CardFault, type Half } from './cards'
import { pastedRows, type PastedRow } from './pasted_names'
import { sound } from './tones'
import type { usePersons } from './use_persons'

export interface ReadRow {
  key: number
  name: string
  number: string
  typeId: number | null
  fault: CardFault | 'twice' | 'no-type' | null
}

export function useCards(persons: ReturnType<typeof usePersons>) {
  const rows = shallowRef<readonly ReadRow[]>([])
  const half = shallowRef<Half>(NO_HALF)
  const pasted = shallowRef<readonly PastedRow[]>([])
  const areSeated = ref(false)
  const isNoType = ref(false)
  const good = computed(() => pasted.value.filter(({ fault }) => fault === null))
  let last = 0

  function note(row: Omit<ReadRow, 'key'>): void {
    sound(row.fault === null ? 'good' : 'bad')
    rows.value = [{ ...row, key: (last += 1) }, ...rows.value]
  }

  async function read(text: string): Promise<void> {
    const heard = cardHeard(text, half.value)
    half.value = heard.kind === 'half' ? heard.half : NO_HALF
    if (heard.kind === 'fault') return note({ name: '', number: heard.written, typeId: null, fault: heard.why })
    if (heard.kind !== 'card') return
    const seated = await persons.seat([heard.card])
    const one = seated?.[0]
    const fault = one?.isTwice ? 'twice' : one?.typeId ? null : 'no-type'
    note({ ...heard.card, typeId: one?.typeId ?? null, fault })
  }

  function paste(text: string): void {
    pasted.value = pastedRows(text)
    areSeated.value = isNoType.value = false
  }

  /** Put the good rows into the cart; return whether all of them are there. */
  async function takeNames(): Promise<boolean> {
    const seated = await persons.seat(good.value.map(({ name, number }) => ({ name, number })))
    isNoType.value = seated === null
    const refused = new Map(seated?.filter(({ typeId }) => typeId === null).map((one) => [one.holder.number, one]))
    const faultOf = (row: PastedRow) => (refused.get(row.number)?.isTwice ? ('twice' as const) : row.fault)
    pasted.value = pasted.value.map((row) => ({ ...row, fault: row.fault ?? faultOf(row) }))
    areSeated.value = seated !== null
    sound(seated !== null && refused.size === 0 ? 'good' : 'bad')
    return seated !== null && refused.size === 0 && good.value.length === pasted.value.length
  }

  function begin(): void {
    rows.value = []
    half.value = NO_HALF
  }

  return { rows, half, pasted, good, areSeated, isNoType, read, paste, takeNames, begin }
}
