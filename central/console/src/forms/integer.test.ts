/** Whole numbers, as keyboards and input methods give them. */
import { describe, expect, it } from 'vitest'

import { parseInteger } from './integer'

describe('a whole number', () => {
  it.each([
    ['', null],
    ['  ', null],
    ['0', 0],
    ['007', 7],
    ['１２３', 123],
    ['１，２００', 1200],
    [' 1 200 ', 1200],
    ['4294967295', 4294967295],
  ])('%j is %j', (text, value) => {
    expect(parseInteger(text)).toEqual({ value })
  })

  it.each([
    ['1.5', 'not_whole'],
    ['１。５', 'not_whole'],
    ['12人', 'not_whole'],
    ['1e3', 'not_whole'],
    ['1,2', 'comma'],
    ['-1', 'too_small'],
    ['－1', 'too_small'],
    ['9007199254740993', 'too_large'],
  ])('%j is refused as %s', (text, fault) => {
    expect(parseInteger(text)).toEqual({ fault })
  })

  it('stays within its limits, both included', () => {
    const read = (text: string) => parseInteger(text, { least: -5, most: 11 })
    expect([read('-5'), read('11')]).toEqual([{ value: -5 }, { value: 11 }])
    expect([read('-6'), read('12')]).toEqual([{ fault: 'too_small' }, { fault: 'too_large' }])
  })
})
