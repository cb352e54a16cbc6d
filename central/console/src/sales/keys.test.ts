/** What each key does. */
import { describe, expect, it } from 'vitest'

import { commandOf, type Command } from './keys'

/** Press the keys, one after the other; return what they did. */
function pressed(...codes: string[]): Command[] {
  let typing: string | null = null
  return codes.flatMap((code) => {
    const next = commandOf(code, typing)
    typing = next.typing
    return next.command ? [next.command] : []
  })
}

describe('a key', () => {
  it.each([
    ['Digit1', { act: 'tile', number: 1 }],
    ['Numpad9', { act: 'tile', number: 9 }],
    ['NumpadSubtract', { act: 'less' }],
    ['ArrowRight', { act: 'category-on' }],
    ['Slash', { act: 'day' }],
    ['NumpadEnter', { act: 'cash' }],
    ['F2', { act: 'cards' }],
    ['F4', { act: 'terminal' }],
    ['F8', { act: 'suspend' }],
    ['F9', { act: 'recall' }],
    ['Escape', { act: 'back' }],
  ])('%s', (code, command) => {
    expect(pressed(code)).toEqual([command])
  })

  it.each(['F1', 'F3', 'F5', 'F6', 'F7', 'F10', 'F11', 'F12', 'Digit0', 'KeyQ', 'Space'])('%s does nothing', (code) => {
    expect(pressed(code)).toEqual([])
  })
})

describe('a count', () => {
  const star = 'NumpadMultiply'

  it('is begun by the star and set by Enter', () => {
    expect(pressed(star, 'Digit1', 'Numpad2', 'Enter').at(-1)).toEqual({ act: 'set-count', quantity: 12 })
  })

  it('is dropped by Esc, and digits add tiles again', () => {
    expect(pressed(star, 'Digit4', 'Escape', 'Digit1').at(-1)).toEqual({ act: 'tile', number: 1 })
  })

  it('is not sold by an Enter that has no digits before it', () => {
    expect(pressed(star, 'Enter')).toEqual([{ act: 'count', digits: '' }])
  })

  it('has three digits at most, and other keys wait', () => {
    expect(pressed(star, 'Digit1', 'Digit2', 'Digit3', 'Digit4', 'F2', 'Enter').at(-1)).toEqual({
      act: 'set-count',
      quantity: 123,
    })
  })
})
