/**
 * The one stream of the browser: held open by the page that leads, and told to all pages as bulletins.
 *
 * Laws: after any break it goes on after the last position; it never tries more often than the backoff allows; an answer that the
 * session is over ends the tries until somebody has signed in again. A stream that is silent for `QUIET_MS` is a broken one.
 */
import { Refused, Unreachable } from '@/api/problem'

import { waitMs } from './backoff'
import { isKind, type Bulletin, type Link, type LiveEvent } from './bulletins'
import { FrameReader, type Frame } from './frames'
import type { Position } from './positions'

/** Two heartbeats missed, and the time that a slow one may take. */
export const QUIET_MS = 35_000
const STEADY_MS = 10_000
const SECOND_MS = 1_000
const PASSWORD_CHANGE = 'password-change'

export interface Opened {
  chunks: AsyncIterable<string>
  /** Central's clock when it answered; null where it did not say. */
  centralMs: number | null
}
/** Open the stream after a position. It throws what the connection throws: `Refused`, `Unreachable`. */
export type Open = (after: Position | null, signal: AbortSignal) => Promise<Opened>

type Told = Pick<Bulletin, 'after' | 'events' | 'isReset' | 'hasOtherRights'>

export class Stream {
  #link: Link = 'connecting'
  #heardAtMs: number | null = null
  #aheadMs = 0
  #openedAtMs = 0
  #tries = 0
  #wake = (): void => undefined

  constructor(
    private readonly open: Open,
    private readonly publish: (bulletin: Bulletin) => void,
    private position: Position | null,
    private readonly chance: () => number = Math.random,
  ) {}

  /** What a page that has just come is told. */
  get bulletin(): Bulletin {
    return this.#bulletin({ after: this.position, events: [], isReset: false, hasOtherRights: false })
  }

  /** Try again now: the network is back, or somebody has signed in. */
  wake(): void {
    this.#wake()
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.publish(this.bulletin)
      let leastMs: number | null = 0
      try {
        await this.#once(signal)
      } catch (error) {
        leastMs = this.#explained(error)
      }
      if (signal.aborted) return
      if (Date.now() - this.#openedAtMs > STEADY_MS) this.#tries = 0
      this.publish(this.bulletin)
      await this.#pause(leastMs === null ? null : waitMs(this.#tries, this.chance(), leastMs), signal)
      this.#tries += 1
      // Pages ask for a sign-in as often as they are told that the session is over.
      if (this.#link === 'ended') this.#link = 'connecting'
    }
  }

  /** Hold one connection, until it breaks or ends. */
  async #once(ended: AbortSignal): Promise<void> {
    const broken = new AbortController()
    const signal = AbortSignal.any([ended, broken.signal])
    let timer = setTimeout(() => broken.abort(), QUIET_MS)
    try {
      const { chunks, centralMs } = await this.open(this.position, signal)
      if (centralMs !== null) this.#aheadMs = centralMs - Date.now()
      const reader = new FrameReader()
      for await (const chunk of chunks) {
        clearTimeout(timer)
        timer = setTimeout(() => broken.abort(), QUIET_MS)
        if (ended.aborted) return
        this.#take(reader.read(chunk))
      }
      this.#link = 'connecting'
    } finally {
      clearTimeout(timer)
      broken.abort()
    }
  }

  #take(frames: readonly Frame[]): void {
    this.#heardAtMs = Date.now()
    const events: LiveEvent[] = []
    const told = { after: this.position, events, isReset: false, hasOtherRights: false }
    for (const { id, name, data } of frames) {
      this.position = id ?? this.position
      told.after ??= this.position
      if (name === 'ready' || name === 'reset') this.#hasOpened()
      if (name === 'reset') told.isReset = true
      if (name === 'rights' || (name === 'end' && data?.includes(PASSWORD_CHANGE))) told.hasOtherRights = true
      if (!isKind(name) || data === null || id === null) continue
      const event = read(name, id, data)
      if (event === null) told.isReset = true
      else events.push(event)
    }
    this.publish(this.#bulletin(told))
  }

  #hasOpened(): void {
    this.#link = 'open'
    this.#openedAtMs = Date.now()
  }

  /** Say why a connection was not to be had; return how long to wait at least, null: until somebody wakes it. */
  #explained(error: unknown): number | null {
    if (error instanceof Refused && error.problem.status === 401) {
      this.#link = 'ended'
      return null
    }
    this.#link = error instanceof Unreachable ? 'offline' : 'connecting'
    return error instanceof Refused ? (error.retryAfterSeconds ?? 0) * SECOND_MS : 0
  }

  #bulletin(told: Told): Bulletin {
    return { ...told, link: this.#link, reached: this.position, heardAtMs: this.#heardAtMs, aheadMs: this.#aheadMs }
  }

  #pause(ms: number | null, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer)
        signal.removeEventListener('abort', end)
        resolve()
      }
      const timer = ms === null ? undefined : setTimeout(end, ms)
      signal.addEventListener('abort', end)
      this.#wake = () => {
        this.#tries = 0
        end()
      }
    })
  }
}

/** Return an event; null where its text is none, which a page mends by reading again. */
function read(kind: LiveEvent['kind'], position: Position, data: string): LiveEvent | null {
  try {
    return { kind, position, data: JSON.parse(data) as unknown } as LiveEvent
  } catch {
    return null
  }
}
