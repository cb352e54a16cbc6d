/**
 * Hands what was heard to the pages' handlers, all at once and four times a second at most, so that a busy gate draws no page dizzy.
 *
 * Laws: a handler that fails or hangs costs the others nothing; while it hangs its events wait, and beyond `MOST_WAITING` it is told
 * to read again instead; after `PATIENCE_MS` it is called all the same.
 */
import type { LiveKind } from '@client'

import type { EventOf, Heard, LiveEvent } from './bulletins'

export const BETWEEN_MS = 250
export const MOST_WAITING = 2_000
export const PATIENCE_MS = 10_000

export interface Batch<K extends LiveKind = LiveKind> {
  /** In order, each once. */
  readonly events: readonly EventOf<K>[]
  /** Events may be missing: read again what the page shows. */
  readonly again: boolean
}
export type Handler<K extends LiveKind = LiveKind> = (batch: Batch<K>) => void | Promise<void>

class Subscriber {
  #waiting: LiveEvent[] = []
  #again = false
  #busyUntilMs = 0

  constructor(
    readonly kinds: ReadonlySet<LiveKind>,
    readonly handler: Handler,
  ) {}

  get isWaiting(): boolean {
    return this.#again || this.#waiting.length > 0
  }

  put({ events, again }: Heard): void {
    if (again) {
      this.#waiting = []
      this.#again = true
    }
    this.#waiting.push(...events.filter(({ kind }) => this.kinds.has(kind)))
    if (this.#waiting.length <= MOST_WAITING) return
    this.#waiting = []
    this.#again = true
  }

  call(fail: (error: unknown) => void): void {
    if (!this.isWaiting || Date.now() < this.#busyUntilMs) return
    const batch = { events: this.#waiting, again: this.#again }
    this.#waiting = []
    this.#again = false
    const busyUntilMs = (this.#busyUntilMs = Date.now() + PATIENCE_MS)
    const done = () => {
      if (this.#busyUntilMs === busyUntilMs) this.#busyUntilMs = 0
    }
    try {
      const result = this.handler(batch)
      if (result === undefined) done()
      else void result.catch(fail).finally(done)
    } catch (error) {
      done()
      fail(error)
    }
  }
}

export class Pulse {
  readonly #subscribers = new Set<Subscriber>()
  #timer: ReturnType<typeof setTimeout> | undefined
  #beatAtMs = -Infinity

  /** `fail` is told what a handler threw. */
  constructor(readonly fail: (error: unknown) => void) {}

  /** Call a handler from now on; return what ends that. */
  subscribe<K extends LiveKind>(kinds: readonly K[], handler: Handler<K>): () => void {
    const subscriber = new Subscriber(new Set<LiveKind>(kinds), handler as unknown as Handler)
    this.#subscribers.add(subscriber)
    return () => this.#subscribers.delete(subscriber)
  }

  put(heard: Heard): void {
    for (const subscriber of this.#subscribers) subscriber.put(heard)
    this.#plan()
  }

  end(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  #plan(): void {
    if (this.#timer !== undefined || ![...this.#subscribers].some(({ isWaiting }) => isWaiting)) return
    this.#timer = setTimeout(() => this.#beat(), Math.max(0, this.#beatAtMs + BETWEEN_MS - Date.now()))
  }

  #beat(): void {
    this.#timer = undefined
    this.#beatAtMs = Date.now()
    for (const subscriber of this.#subscribers) subscriber.call(this.fail)
    this.#plan()
  }
}
