/**
 * A scanner that types like a keyboard, told from a person: by the prefix that our set-up sheet gives it, else by its rhythm.
 *
 * Laws: a key of a person is handed on within `HELD_MS`; a key of a scan is never a person's key; nothing is lost: what turns out
 * to be no scan is handed on key by key. Keys are known by their place (`code`), because an input method hides what they mean.
 * Source of the rhythm: people need more than 30 ms a key, scanners less than 10 (epoos.com/blog/scan).
 */
export interface KeyPress {
  code: string
  atMs: number
}
export type Heard = { kind: 'scan'; text: string } | { kind: 'key'; press: KeyPress }

export const HELD_MS = 35
const QUICK_MS = 25
const PREFIXED_GAP_MS = 200
const LEAST_CHARACTERS = 8
const MOST_CHARACTERS = 512
export const PREFIX = 'Backquote'
const ENDS = new Set(['Enter', 'NumpadEnter'])
const SIGNS: Record<string, string> = {
  Minus: '-',
  NumpadSubtract: '-',
  Period: '.',
  NumpadDecimal: '.',
  Slash: '/',
  NumpadDivide: '/',
}

/** Return what a key writes, as a capital; null for a key that writes nothing of a code. */
export function characterOf(code: string): string | null {
  const found = /^(?:Key([A-Z])|Digit(\d)|Numpad(\d))$/.exec(code)
  return found ? (found[1] ?? found[2] ?? found[3] ?? null) : (SIGNS[code] ?? null)
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
}

/** Hears keys. Give it each key with its time, and call `rest` when `restAtMs` has come. */
export class ScannerKeys {
  #held: KeyPress[] = []
  #isPrefixed = false

  /** When what is held must be decided on, unless another key comes; null: nothing is held. */
  get restAtMs(): number | null {
    const last = this.#held.at(-1)
    return last ? last.atMs + (this.#isPrefixed ? PREFIXED_GAP_MS : HELD_MS) : null
  }

  hear(press: KeyPress): Heard[] {
    const given = this.#isLate(press) ? this.#giveUp() : []
    if (press.code === PREFIX && this.#held.length === 0) return this.#begin(press, given)
    if (ENDS.has(press.code)) return [...given, ...this.#end(press)]
    if (characterOf(press.code) === null || this.#held.length >= MOST_CHARACTERS) {
      return [...given, ...this.#giveUp(), { kind: 'key', press }]
    }
    this.#held.push(press)
    return given
  }

  /** The time has passed and no key came: what is held was typed by a person. */
  rest(nowMs: number): Heard[] {
    return this.restAtMs !== null && nowMs >= this.restAtMs ? this.#giveUp() : []
  }

  #begin(press: KeyPress, given: Heard[]): Heard[] {
    this.#isPrefixed = true
    this.#held = [press]
    return given
  }

  #isLate(press: KeyPress): boolean {
    return this.restAtMs !== null && press.atMs > this.restAtMs
  }

  #end(press: KeyPress): Heard[] {
    const written = this.#isPrefixed ? this.#held.slice(1) : this.#held
    const gaps = this.#held.slice(1).map((each, at) => each.atMs - (this.#held[at]?.atMs ?? 0))
    const isScan = written.length > 0 && (this.#isPrefixed || (written.length >= LEAST_CHARACTERS && median(gaps) <= QUICK_MS))
    if (!isScan) return [...this.#giveUp(), { kind: 'key', press }]
    this.#forget()
    return [{ kind: 'scan', text: written.map((each) => characterOf(each.code)).join('') }]
  }

  #giveUp(): Heard[] {
    const keys = this.#held.map((press): Heard => ({ kind: 'key', press }))
    this.#forget()
    return keys
  }

  #forget(): void {
    this.#held = []
    this.#isPrefixed = false
  }
}
