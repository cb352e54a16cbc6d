/** What lands on the clipboard. */
import { describe, expect, it } from 'vitest'

import { asHtml, asTsv } from './tsv'

const text = (value: string) => ({ text: value, isNumber: false })

describe('a cell of text', () => {
  it.each([
    ['成人票', '成人票'],
    ['1234567890123456', "'1234567890123456"],
    ['0012', "'0012"],
    ['12e4567890123456', "'12e4567890123456"],
    ['00ff00ff00ff00ff', '00ff00ff00ff00ff'],
    ['3-4', "'3-4"],
    ['=HYPERLINK("x")', '\'=HYPERLINK("x")'],
    ['＝1', "'＝1"],
    ['a\tb\r\nc', 'a b c'],
    ['2026-05-10 14:05:09', '2026-05-10 14:05:09'],
  ])('%s: %s', (value, expected) => {
    expect(asTsv([[text(value)]])).toBe(expected)
  })
})

describe('rows', () => {
  const rows = [
    [text('a'), { text: '-3', isNumber: true }],
    [text('<b>&'), { text: '4', isNumber: true }],
  ]
  it('are lines of cells', () => {
    expect(asTsv(rows)).toBe('a\t-3\r\n<b>&\t4')
  })
  it('are a table whose text is text', () => {
    const html = asHtml(rows)
    expect(html).toContain('&#60;b&#62;&#38;')
    expect(html).not.toContain('<b>')
    expect(html).toContain('<td>-3</td>')
  })
})
