/** A scanner is told from a person, whatever the rhythm; no key and no scan is lost. */
import { describe, expect, it } from 'vitest'

import { HELD_MS, PREFIX, ScannerKeys, type Heard, type KeyPress } from './scanner_keys'

/** Type a text key by key, each so long after the one before, and an Enter at the end where it is wanted. */
function typed(text: string, gapMs: number, options: { from?: number; enter?: boolean; prefix?: boolean } = {}): KeyPress[] {
  const keys = Array.from(text, (character) => (/\d/.test(character) ? `Digit${character}` : `Key${character}`))
  const codes = [...(options.prefix ? [PREFIX] : []), ...keys, ...(options.enter === false ? [] : ['Enter'])]
  return codes.map((code, at) => ({ code, atMs: (options.from ?? 0) + at * gapMs }))
}

/** Hear the keys in real order, with the rests between them. */
function heard(presses: readonly KeyPress[]): Heard[] {
  const keys = new ScannerKeys()
  const all: Heard[] = []
  for (const press of presses) {
    if (keys.restAtMs !== null && keys.restAtMs <= press.atMs) all.push(...keys.rest(press.atMs))
    all.push(...keys.hear(press))
  }
  all.push(...keys.rest((keys.restAtMs ?? 0) + 1))
  return all
}

const scans = (all: readonly Heard[]) => all.flatMap((one) => (one.kind === 'scan' ? [one.text] : []))
const codes = (all: readonly Heard[]) => all.flatMap((one) => (one.kind === 'key' ? [one.press.code] : []))

describe('a scan', () => {
  it.each([1, 4, 9, 15, 25])('is heard at %s ms a key', (gap) => {
    const all = heard(typed('134567890123456789', gap))
    expect(scans(all)).toEqual(['134567890123456789'])
    expect(codes(all)).toEqual([])
  })

  it('is heard by its prefix however slow and short it is', () => {
    expect(scans(heard(typed('42', 150, { prefix: true })))).toEqual(['42'])
  })

  it('is heard where one key is late within it', () => {
    const presses = typed('134567890123456789', 4).map((press, at) => ({ ...press, atMs: press.atMs + (at > 9 ? 30 : 0) }))
    expect(scans(heard(presses))).toEqual(['134567890123456789'])
  })

  it('follows another at once', () => {
    const all = heard([...typed('241135032976', 3), ...typed('281234567890123456', 3, { from: 60 })])
    expect(scans(all)).toEqual(['241135032976', '281234567890123456'])
  })

  it('follows a key of a person at once', () => {
    const all = heard([{ code: 'Digit1', atMs: 0 }, ...typed('134567890123456789', 3, { from: 90 })])
    expect(codes(all)).toEqual(['Digit1'])
    expect(scans(all)).toEqual(['134567890123456789'])
  })
})

describe('a person', () => {
  it.each([36, 60, 120])('is heard at %s ms a key, and every key arrives', (gap) => {
    const presses = typed('134567890123456789', gap)
    expect(codes(heard(presses))).toEqual(presses.map((press) => press.code))
  })

  it('is heard where three quick keys are followed by Enter', () => {
    const presses = typed('123', 12)
    expect(codes(heard(presses))).toEqual(presses.map((press) => press.code))
  })

  it('waits no longer than is promised', () => {
    const keys = new ScannerKeys()
    keys.hear({ code: 'Digit1', atMs: 100 })
    expect(keys.restAtMs).toBe(100 + HELD_MS)
    expect(keys.rest(100 + HELD_MS - 1)).toEqual([])
    expect(codes(keys.rest(100 + HELD_MS))).toEqual(['Digit1'])
  })

  it('has keys that write nothing at once', () => {
    expect(codes(new ScannerKeys().hear({ code: 'F2', atMs: 0 }))).toEqual(['F2'])
  })
})

describe('whatever comes', () => {
  it('loses no key and adds none', () => {
    let seed = 7
    const random = (below: number) => (seed = (seed * 48271) % 2147483647) % below
    for (let round = 0; round < 300; round += 1) {
      let atMs = 0
      const presses = Array.from({ length: 1 + random(60) }, () => {
        const code = ['Digit1', 'Digit2', 'KeyA', 'Numpad3', 'Enter', 'F4', PREFIX][random(7)] ?? 'Digit9'
        atMs += random(60)
        return { code, atMs }
      })
      const all = heard(presses)
      const inScans = scans(all).reduce((sum, text) => sum + text.length, 0)
      const ends = scans(all).length
      const rest = presses.filter((press) => press.code === PREFIX).length - codes(all).filter((code) => code === PREFIX).length
      expect(codes(all).length + inScans + ends + rest).toBe(presses.length)
    }
  })
})
