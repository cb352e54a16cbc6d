/** Pages of one browser: one stream for all, no event lost or doubled when it breaks or when the page that has it goes or hangs. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { Refused, Unreachable } from '@/api/problem'

import type { Bulletin } from './bulletins'
import { LiveChannel, SILENT_MS, type Word } from './channel'
import type { Open } from './stream'

type Locked = (lock: unknown) => Promise<unknown>

/** Locks of a browser: in order, given up when the work ends, and stolen. */
class Locks {
  #held: { reject(error: unknown): void } | null = null
  readonly #line: (() => void)[] = []

  request(_name: string, { signal, steal }: LockOptions, work: Locked): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const begin = () => {
        const mine = { reject }
        this.#held = mine
        void work({}).then((done) => {
          if (this.#held !== mine) return
          this.#held = null
          this.#line.shift()?.()
          resolve(done)
        })
      }
      if (steal) this.#held?.reject(new DOMException('', 'AbortError'))
      signal?.addEventListener('abort', () => {
        const place = this.#line.indexOf(begin)
        if (place >= 0) this.#line.splice(place, 1)
        reject(new DOMException('', 'AbortError'))
      })
      if (steal || this.#held === null) begin()
      else this.#line.push(begin)
    })
  }
}

/** Central: it keeps its events, and answers each stream from its position on. */
class Server {
  readonly asked: (string | null)[] = []
  readonly streams = new Set<{ put(text: string): void; end(error?: Error): void }>()
  refusal: Error | null = null
  #row = 0

  readonly open: Open = (after, signal) => {
    this.asked.push(after)
    if (this.refusal) return Promise.reject(this.refusal)
    const from = after === null ? this.#row : Number(after.slice(2))
    const waiting: (string | Error | null)[] = [`id: 0-${from}\nevent: ready\ndata: {}\n\n`]
    for (let row = from + 1; row <= this.#row; row += 1) waiting.push(this.#text(row))
    let call = (): void => undefined
    const put = (one: string | Error | null) => {
      waiting.push(one)
      call()
    }
    const stream = { put, end: (error?: Error) => (this.streams.delete(stream), put(error ?? null)) }
    this.streams.add(stream)
    signal.addEventListener('abort', () => stream.end(new DOMException('', 'AbortError')))
    async function* chunks() {
      for (;;) {
        while (waiting.length === 0) await new Promise<void>((resolve) => (call = resolve))
        const next = waiting.shift()
        if (next === null || next === undefined) return
        // jsdom's DOMException is no Error.
        if (typeof next !== 'string') throw next
        yield next
      }
    }
    return Promise.resolve({ chunks: chunks(), centralMs: Date.now() + 5_000 })
  }

  tell(): void {
    this.#row += 1
    for (const stream of this.streams) stream.put(this.#text(this.#row))
  }

  say(text: string): void {
    for (const stream of this.streams) stream.put(text)
  }

  #text(row: number): string {
    return `id: 0-${row}\nevent: order\ndata: {"order_id":${row}}\n\n`
  }
}

let locks: LockManager
let wires: { onmessage: ((event: MessageEvent<Word>) => void) | null; isCut: boolean }[] = []
let server: Server
const pages: Page[] = []

class Page {
  readonly heard: string[] = []
  readonly wire = {
    onmessage: null as ((event: MessageEvent<Word>) => void) | null,
    isCut: false,
    close: () => void wires.splice(wires.indexOf(this.wire), 1),
    postMessage: (word: Word) => {
      if (this.wire.isCut) return
      for (const wire of wires.filter((each) => each !== this.wire)) {
        queueMicrotask(() => wire.onmessage?.({ data: structuredClone(word) } as MessageEvent<Word>))
      }
    },
  }
  last: Bulletin | null = null
  ends = 0
  signedIn = 0
  readonly channel = new LiveChannel('live', {
    open: server.open,
    locks,
    wire: this.wire,
    isSeen: () => true,
    heard: ({ events, again }, bulletin) => {
      this.last = bulletin
      if (bulletin.link === 'ended') this.ends += 1
      this.heard.push(...(again ? ['again'] : []), ...events.map(({ position }) => position))
    },
    entered: () => void (this.signedIn += 1),
  })

  constructor() {
    wires.push(this.wire)
    pages.push(this)
    this.channel.start()
  }
}

async function opened(): Promise<Page> {
  const page = new Page()
  await vi.advanceTimersByTimeAsync(0)
  return page
}

const pass = (ms = 0) => vi.advanceTimersByTimeAsync(ms)

async function tell(): Promise<void> {
  server.tell()
  await pass()
}

beforeEach(() => {
  vi.useFakeTimers()
  vi.spyOn(Math, 'random').mockReturnValue(1)
  locks = new Locks() as unknown as LockManager
  server = new Server()
  wires = []
})
afterEach(async () => {
  for (const page of pages.splice(0)) page.channel.end()
  await pass()
  vi.restoreAllMocks()
  vi.useRealTimers()
})

describe('pages of one browser', () => {
  it('share one stream, also a page that comes later', async () => {
    const first = await opened()
    await tell()
    const second = await opened()
    await tell()
    expect(server.asked).toEqual([null])
    expect(first.heard).toEqual(['again', '0-1', '0-2'])
    expect(second.heard).toEqual(['again', '0-2'])
    expect(second.last).toMatchObject({ link: 'open', aheadMs: 5_000 })
  })

  it('go on with the next page, which begins where it stands', async () => {
    const [first, second, third] = [await opened(), await opened(), await opened()]
    await tell()
    first.channel.end()
    server.tell()
    await pass(1_000)
    await tell()
    expect(server.asked).toEqual([null, '0-1'])
    expect(second.heard).toEqual(['again', '0-1', '0-2', '0-3'])
    expect(third.heard).toEqual(second.heard)
  })

  it('replace a page that hangs, and take it back in line when it wakes', async () => {
    const [first, second] = [await opened(), await opened()]
    await tell()
    first.wire.isCut = true
    server.tell()
    await pass(SILENT_MS + 10_000)
    expect(second.heard).toEqual(['again', '0-1', '0-2'])
    first.wire.isCut = false
    await tell()
    expect(server.streams.size).toBe(1)
    expect(second.heard).toEqual(['again', '0-1', '0-2', '0-3'])
    expect(first.heard).toEqual(second.heard)
  })
})

describe('a stream that breaks', () => {
  it.each([
    ['it ends', undefined],
    ['the wire is cut', new TypeError('network error')],
  ])('goes on after the last event: %s', async (_how, error) => {
    const page = await opened()
    await tell()
    for (const stream of server.streams) stream.end(error)
    server.tell()
    await pass(500)
    await tell()
    expect(server.asked).toEqual([null, '0-1'])
    expect(page.heard).toEqual(['again', '0-1', '0-2', '0-3'])
  })

  it('is tried again less and less often while central is away, and at once when the network is back', async () => {
    const page = await opened()
    server.refusal = new Unreachable('away')
    for (const stream of server.streams) stream.end()
    await pass(500)
    expect(page.last?.link).toBe('offline')
    await pass(1_000 + 2_000 + 4_000)
    expect(server.asked).toHaveLength(5)
    await pass(7_999)
    expect(server.asked).toHaveLength(5)
    server.refusal = null
    page.channel.wake()
    await pass()
    expect(server.asked).toHaveLength(6)
    expect(page.last?.link).toBe('open')
  })

  it('is not open while nothing is heard, and is made anew', async () => {
    const page = await opened()
    await pass(14_000)
    server.say(': alive\nid: 0-4\n\n')
    await pass(34_000)
    expect(server.asked).toEqual([null])
    await pass(2_000)
    expect(server.asked).toEqual([null, '0-4'])
    expect(page.heard).toEqual(['again'])
  })

  it('waits as long as a refusal asks', async () => {
    server.refusal = refused(429, 10)
    const page = await opened()
    await pass(9_999)
    expect(server.asked).toHaveLength(1)
    server.refusal = null
    await pass(1)
    expect(page.last?.link).toBe('open')
  })

  it('ends with the session, and resumes when somebody has signed in at any page', async () => {
    const [first, second] = [await opened(), await opened()]
    await tell()
    server.refusal = refused(401)
    for (const stream of server.streams) stream.end()
    await pass(600)
    const { length } = server.asked
    await pass(600_000)
    expect(server.asked).toHaveLength(length)
    expect([first.last?.link, second.last?.link]).toEqual(['ended', 'ended'])
    server.refusal = null
    server.tell()
    second.channel.entered()
    await pass()
    expect(first.signedIn).toBe(1)
    expect([first.ends, second.ends]).toEqual([1, 1])
    expect(second.heard).toEqual(['again', '0-1', '0-2'])
  })

  it.each([
    ['events are lost', 'id: 0-9\nevent: reset\ndata: {}\n\n', 'again', false],
    ['an event cannot be read', 'id: 0-9\nevent: order\ndata: {\n\n', 'again', false],
    ['the rights have changed', 'id: 0-9\nevent: rights\ndata: {}\n\n', 'again', true],
    ['the password must be changed', 'id: 0-9\nevent: end\ndata: {"cause":"password-change"}\n\n', 'again', true],
    ['the server stops', 'id: 0-9\nevent: end\ndata: {"cause":"server-stops"}\n\n', undefined, false],
    ['central says what this page does not know', 'id: 0-9\nevent: weather\ndata: {}\n\n', undefined, false],
  ])('says to the pages that %s', async (_what, text, expected, rights) => {
    const [, second] = [await opened(), await opened()]
    await tell()
    const seen: Bulletin[] = []
    second.heard.length = 0
    server.say(text)
    await pass()
    seen.push(...(second.last ? [second.last] : []))
    expect(second.heard).toEqual(expected === undefined ? [] : [expected])
    expect(seen[0]).toMatchObject({ hasOtherRights: rights, reached: '0-9' })
  })
})

function refused(status: number, seconds: number | null = null): Refused {
  return new Refused({ type: '', title: '', status, code: 'sign_in_required', detail: '', instance: '' }, seconds)
}
