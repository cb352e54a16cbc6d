/** What the lines of a stream mean, however they arrive. */
import { describe, expect, it } from 'vitest'

import { FrameReader, MOST_CHARACTERS, type Frame } from './frames'

const frame = (id: string | null, name: string, data: string | null): Frame => ({ id, name, data })
const READY = 'id: 0-7\nevent: ready\ndata: {"kinds":[]}\n\n'

describe('the lines of a stream', () => {
  it.each<[string, string, Frame[]]>([
    ['an event', READY, [frame('0-7', 'ready', '{"kinds":[]}')]],
    ['a sign of life', ': alive\nid: 0-9\n\n', [frame('0-9', 'message', null)]],
    ['a comment alone', ': alive\n\n', []],
    ['two events', `${READY}${READY}`, [frame('0-7', 'ready', '{"kinds":[]}'), frame('0-7', 'ready', '{"kinds":[]}')]],
    ['data of several lines', 'data: a\ndata:b\ndata:  c\n\n', [frame(null, 'message', 'a\nb\n c')]],
    ['lines that end otherwise', 'id: 1-1\r\nevent: order\r\ndata: x\r\n\r\n', [frame('1-1', 'order', 'x')]],
    ['old ends of lines', 'id: 1-1\rdata: x\r\rdata: y\n\n', [frame('1-1', 'message', 'x'), frame(null, 'message', 'y')]],
    ['fields that nobody knows', 'retry: 5\nfuture: 1\ndata\n\n', [frame(null, 'message', '')]],
    ['a mark at the beginning', `\uFEFF${READY}`, [frame('0-7', 'ready', '{"kinds":[]}')]],
    ['an event that is not whole', 'id: 0-7\ndata: half', []],
  ])('are %s', (_what, text, frames) => {
    expect(new FrameReader().read(text)).toEqual(frames)
  })

  it('mean the same wherever they are cut', () => {
    const text = `: hello\r\n\r\n${READY}id: 0-8\r\nevent: order\r\ndata: {"a":"牌坊 👍"}\r\n\r\n: alive\nid: 0-9\n\n`
    const whole = new FrameReader().read(text)
    expect(whole).toHaveLength(3)
    for (let cut = 0; cut <= text.length; cut += 1) {
      const reader = new FrameReader()
      expect([...reader.read(text.slice(0, cut)), ...reader.read(text.slice(cut))]).toEqual(whole)
    }
    const reader = new FrameReader()
    expect([...text].flatMap((character) => reader.read(character))).toEqual(whole)
  })

  it.each([
    ['a line', 'x'.repeat(MOST_CHARACTERS + 1)],
    ['an event', `data: ${'x'.repeat(MOST_CHARACTERS / 2)}\n`.repeat(3)],
  ])('may not be %s without end', (_what, text) => {
    expect(() => new FrameReader().read(text)).toThrow(RangeError)
  })
})
