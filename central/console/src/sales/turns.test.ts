/** Which keys wait, and which are dropped. */
import { describe, expect, it } from 'vitest'
import { ref } from 'vue'

import { useTurns } from './turns'

function desk(isReading: boolean) {
  const state = { isBusy: ref(true), isReading: ref(isReading), fault: ref<unknown>(null) }
  const done: string[] = []
  const inTurn = useTurns(state)
  return { ...state, done, press: (key: string, isRepeat = false) => inTurn(() => done.push(key), isRepeat) }
}

describe('a key', () => {
  it('acts at once while nothing is under way', () => {
    const one = desk(false)
    one.isBusy.value = false
    one.press('1')
    expect(one.done).toEqual(['1'])
  })

  it('waits for a sale, but a second Enter is none', () => {
    const one = desk(false)
    one.press('Enter', true)
    one.press('1')
    one.press('2')
    expect(one.done).toEqual([])
    one.isBusy.value = false
    expect(one.done).toEqual(['1', '2'])
  })

  it('waits for a reading, Enter too', () => {
    const one = desk(true)
    one.press('Enter', true)
    one.isBusy.value = false
    expect(one.done).toEqual(['Enter'])
  })

  it('is dropped with the act that failed', () => {
    const one = desk(false)
    one.press('1')
    one.fault.value = new Error('sold out')
    one.isBusy.value = false
    expect(one.done).toEqual([])
  })

  it('waits again for what the one before it began', () => {
    const state = { isBusy: ref(true), isReading: ref(true), fault: ref<unknown>(null) }
    const done: string[] = []
    const inTurn = useTurns(state)
    inTurn(() => {
      done.push('1')
      state.isBusy.value = true
    })
    inTurn(() => done.push('2'))
    state.isBusy.value = false
    expect(done).toEqual(['1'])
    state.isBusy.value = false
    expect(done).toEqual(['1', '2'])
  })
})
