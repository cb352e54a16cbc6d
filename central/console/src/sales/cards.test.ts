/** What a card reader's texts are taken for. The numbers are of no person: region 000000 does not exist. */
import { describe, expect, it } from 'vitest'

import { cardHeard, endsInNumber, maskedName, maskedNumber, NO_HALF } from './cards'
import { hasValidCheckDigit } from './pasted_names'

const GOOD = Array.from('0123456789X', (last) => `00000019900101001${last}`).find(hasValidCheckDigit) ?? ''
const WRONG = GOOD.slice(0, 17) + (GOOD.endsWith('1') ? '2' : '1')

describe('a text', () => {
  it.each([
    ['name and number', `王芳\t${GOOD}`, { kind: 'card', card: { name: '王芳', number: GOOD } }],
    ['number and name', `${GOOD}\t王芳`, { kind: 'card', card: { name: '王芳', number: GOOD } }],
    ['a bare number', GOOD, { kind: 'half', half: { name: '', number: GOOD } }],
    ['a bare name', '王芳', { kind: 'half', half: { name: '王芳', number: '' } }],
    ['a wrong check digit', `王芳\t${WRONG}`, { kind: 'fault', why: 'wrong-check-digit', written: WRONG }],
    ['fifteen digits', GOOD.slice(0, 15), { kind: 'fault', why: 'wrong-length', written: GOOD.slice(0, 15) }],
    ["a payer's code", '2812345678901234', { kind: 'fault', why: 'payment-code', written: '2812345678901234' }],
  ])('of %s', (_what, text, heard) => {
    expect(cardHeard(text, NO_HALF)).toEqual(heard)
  })

  it('completes what was read before it', () => {
    const card = { kind: 'card', card: { name: '王芳', number: GOOD } }
    expect(cardHeard('王芳', { name: '', number: GOOD })).toEqual(card)
    expect(cardHeard(GOOD, { name: '王芳', number: '' })).toEqual(card)
  })
})

it.each([
  ['张三', '张*'],
  ['欧阳娜娜', '欧**'],
  ['王', '王'],
  ['', ''],
])('%s is shown as %s', (name, masked) => {
  expect(maskedName(name)).toBe(masked)
})

it('shows the last four of a number', () => {
  expect(maskedNumber('00000019900101001X')).toBe('…001X')
  expect(endsInNumber(`王芳\t${GOOD.toLowerCase()}`)).toBe(true)
  expect(endsInNumber(WRONG)).toBe(false)
})
