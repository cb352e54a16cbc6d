/**
 * The keys of the window: each place on the keyboard, what it does; and the count that is being typed.
 *
 * Laws: keys are known by their place, so that an input method does not matter; the browser's own keys (F1 F3 F5 F6 F7 F10 F11 F12,
 * Ctrl+N, Ctrl+T, Ctrl+W) have no meaning here.
 */
export type Command =
  | { act: 'tile'; number: number }
  | { act: 'count'; digits: string }
  | { act: 'set-count'; quantity: number }
  | { act: 'less' | 'category-back' | 'category-on' | 'day' | 'cash' | 'cards' | 'terminal' | 'suspend' | 'recall' | 'back' }

const PLAIN: Record<string, Command> = {
  Minus: { act: 'less' },
  NumpadSubtract: { act: 'less' },
  ArrowLeft: { act: 'category-back' },
  ArrowRight: { act: 'category-on' },
  Slash: { act: 'day' },
  NumpadDivide: { act: 'day' },
  Enter: { act: 'cash' },
  NumpadEnter: { act: 'cash' },
  F2: { act: 'cards' },
  F4: { act: 'terminal' },
  F8: { act: 'suspend' },
  F9: { act: 'recall' },
  Escape: { act: 'back' },
}
const STARS = new Set(['NumpadMultiply', 'KeyX'])
const MOST_DIGITS = 3

/** Return the digit that a key writes; null: none. */
export function digitOf(code: string): string | null {
  return /^(?:Digit|Numpad)(\d)$/.exec(code)?.[1] ?? null
}

/**
 * Return what a key does while `typing` is the count begun (null: none; '' after the star), and the count after it.
 *
 * `*` begins a count, digits follow, Enter sets it, Esc drops it.
 */
export function commandOf(code: string, typing: string | null): { command: Command | null; typing: string | null } {
  const digit = digitOf(code)
  if (STARS.has(code)) return { command: { act: 'count', digits: '' }, typing: '' }
  if (typing === null) {
    if (digit !== null) return { command: digit === '0' ? null : { act: 'tile', number: Number(digit) }, typing }
    return { command: PLAIN[code] ?? null, typing }
  }
  if (digit !== null && typing.length < MOST_DIGITS) {
    return { command: { act: 'count', digits: typing + digit }, typing: typing + digit }
  }
  if (PLAIN[code]?.act === 'cash' && typing !== '')
    return { command: { act: 'set-count', quantity: Number(typing) }, typing: null }
  return PLAIN[code]?.act === 'back' ? { command: null, typing: null } : { command: null, typing }
}
