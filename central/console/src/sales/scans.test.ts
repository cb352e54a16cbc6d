/** What each text is; and that a code of one kind is never taken for another. */
import { describe, expect, it } from 'vitest'

import { scanOf } from './scans'

const TICKET = `PF1${'A2'.repeat(75)}B`

describe('a scanned text', () => {
  it.each([
    ['134567890123456789', 'payment', 'wechat'],
    ['101234567890123456', 'payment', 'wechat'],
    ['157654321098765432', 'payment', 'wechat'],
    ['2512345678901234', 'payment', 'alipay'],
    ['301234567890123456789012', 'payment', 'alipay'],
    ['281234567890123456', 'payment', 'alipay'],
    [TICKET, 'ticket', undefined],
    [TICKET.toLowerCase(), 'ticket', undefined],
    ['241135032976', 'short-number', undefined],
    ['ABCDEFGHIJ234', 'promoter', undefined],
    ['abcdefghij234', 'promoter', undefined],
    ['  241135032976\r', 'short-number', undefined],
    ['16345678901234567', 'unknown', undefined],
    ['311234567890123456', 'unknown', undefined],
    ['3012345678901234567890123', 'unknown', undefined],
    ['PF1ABC', 'unknown', undefined],
    ['110101199001011234', 'payment', 'wechat'],
    ['330102199001011234', 'unknown', undefined],
    ['https://example.com/t/1', 'unknown', undefined],
    ['', 'unknown', undefined],
  ])('%s is of the kind %s', (text, kind, method) => {
    const scan = scanOf(text)
    expect(scan.kind).toBe(kind)
    expect(scan.kind === 'payment' ? scan.method : undefined).toBe(method)
  })

  it('keeps what it does not know as it was', () => {
    expect(scanOf(' Hello ')).toEqual({ kind: 'unknown', code: 'Hello' })
  })
})
