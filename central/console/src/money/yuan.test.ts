/** Yuan and fen, as keyboards and input methods give them. */
import { describe, expect, it } from 'vitest'

import { formatFen, parseYuan, plainYuan } from './yuan'

const SWEEP = 200_000

describe('an amount', () => {
  it.each([
    ['', null],
    [' ', null],
    ['0', 0],
    ['19.99', 1999],
    ['1.1', 110],
    ['5.', 500],
    ['.5', 50],
    ['１９。９９', 1999],
    ['８０．５', 8050],
    ['¥1,234.50', 123450],
    ['￥１，２３４。５０元', 123450],
    ['1 234.50 元', 123450],
    ['12,345,678', 1234567800],
    ['90071992547409.91', 9007199254740991],
  ])('%j is %j fen', (text, value) => {
    expect(parseYuan(text)).toEqual({ value })
  })

  it.each([
    ['.', 'not_money'],
    ['1.2.3', 'not_money'],
    ['1e3', 'not_money'],
    ['八十', 'not_money'],
    ['1¥2', 'not_money'],
    ['1元2', 'not_money'],
    ['NaN', 'not_money'],
    ['0x10', 'not_money'],
    ['-', 'not_money'],
    ['--1', 'not_money'],
    ['19.999', 'decimals'],
    ['1.000', 'decimals'],
    ['19，99', 'comma'],
    ['1,23.00', 'comma'],
    ['1234,567', 'comma'],
    ['1.5,000', 'comma'],
    ['-0.01', 'too_small'],
    ['90071992547409.92', 'too_large'],
  ])('%j is refused as %s', (text, fault) => {
    expect(parseYuan(text)).toEqual({ fault })
  })

  it('may be below nothing only where that is allowed, and within its limits', () => {
    const read = (text: string) => parseYuan(text, { least: -500, most: 1000 })
    expect([read('-5'), read('－0.01'), read('10')]).toEqual([{ value: -500 }, { value: -1 }, { value: 1000 }])
    expect([read('-5.01'), read('10.01')]).toEqual([{ fault: 'too_small' }, { fault: 'too_large' }])
    expect(Object.is((read('-0') as { value: number }).value, 0)).toBe(true)
  })

  it('comes back as the same fen, however it is written', () => {
    const lost: number[] = []
    for (let fen = 0; fen <= SWEEP; fen += 1) {
      const forms = [plainYuan(fen), formatFen(fen), `${Math.floor(fen / 100)}。${String(fen % 100).padStart(2, '0')}`]
      if (forms.some((text) => (parseYuan(text) as { value: number }).value !== fen)) lost.push(fen)
      const below = parseYuan(formatFen(-fen), { least: -SWEEP }) as { value: number }
      if (below.value + fen !== 0) lost.push(-fen)
    }
    expect(lost).toEqual([])
  })
})

describe('an amount is shown', () => {
  it.each([
    [0, '¥0.00'],
    [5, '¥0.05'],
    [123450, '¥1,234.50'],
    [-123450, '−¥1,234.50'],
    [100000000, '¥1,000,000.00'],
    [9007199254740991, '¥90,071,992,547,409.91'],
  ])('%j as %s', (fen, text) => {
    expect(formatFen(fen)).toBe(text)
  })
})
