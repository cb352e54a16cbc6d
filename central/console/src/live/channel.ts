/**
 * One page's part in the live channel: it leads or follows, and hears the same either way.
 *
 * Laws: what one page does or leaves undone delays no other one: a leader that says nothing for `SILENT_MS` is replaced by a page
 * that somebody looks at. A page starts where it stands, so that nothing is lost when the lead moves.
 */
import { Hearing, type Bulletin, type Heard, type Link } from './bulletins'
import { Leadership } from './leadership'
import { Stream, type Open } from './stream'

export const SILENT_MS = 45_000
const LOOK_MS = 5_000

/** What pages of a browser tell each other: I have come; somebody has signed in again; what the leader has heard. */
export type Word = { say: 'hello' } | { say: 'entered' } | { say: 'bulletin'; bulletin: Bulletin }

export interface Surroundings {
  open: Open
  /** Undefined where the browser has none (no secure context): then each page has a stream of its own. */
  locks: LockManager | undefined
  wire: Pick<BroadcastChannel, 'postMessage' | 'close' | 'onmessage'>
  isSeen(): boolean
  heard(heard: Heard, bulletin: Bulletin): void
  /** Another page says that somebody has signed in again. */
  entered(): void
}

export class LiveChannel {
  readonly #hearing = new Hearing()
  readonly #ended = new AbortController()
  readonly #leadership: Leadership | null
  #stream: Stream | null = null
  #link: Link = 'connecting'
  #toldAtMs = Date.now()
  #timer: ReturnType<typeof setInterval> | undefined

  constructor(
    name: string,
    private readonly around: Surroundings,
  ) {
    this.#leadership = around.locks === undefined ? null : new Leadership(around.locks, name, (signal) => this.#lead(signal))
  }

  start(): void {
    this.around.wire.onmessage = ({ data }: MessageEvent<Word>) => this.#hear(data)
    this.#say({ say: 'hello' })
    this.#timer = setInterval(() => this.#look(), LOOK_MS)
    void (this.#leadership?.run(this.#ended.signal) ?? this.#lead(this.#ended.signal))
  }

  end(): void {
    clearInterval(this.#timer)
    this.around.wire.onmessage = null
    this.around.wire.close()
    this.#ended.abort()
  }

  /** Try again now, where this page has the stream. */
  wake(): void {
    this.#stream?.wake()
  }

  /** Somebody has signed in again, at this page. */
  entered(): void {
    this.#say({ say: 'entered' })
    this.wake()
  }

  async #lead(signal: AbortSignal): Promise<void> {
    const publish = (bulletin: Bulletin) => {
      if (signal.aborted) return
      if (this.#leadership !== null) this.#say({ say: 'bulletin', bulletin })
      this.#take(bulletin)
    }
    const stream = new Stream(this.around.open, publish, this.#hearing.position)
    this.#stream = stream
    await stream.run(signal)
    if (this.#stream === stream) this.#stream = null
  }

  #hear(word: Word): void {
    if (word.say === 'hello') {
      if (this.#stream) this.#say({ say: 'bulletin', bulletin: this.#stream.bulletin })
    } else if (word.say === 'entered') {
      this.around.entered()
      this.wake()
    } else this.#take(word.bulletin)
  }

  #take(bulletin: Bulletin): void {
    this.#toldAtMs = Date.now()
    this.#link = bulletin.link
    this.around.heard(this.#hearing.take(bulletin), bulletin)
  }

  #look(): void {
    if (this.#stream !== null || this.#link === 'ended' || !this.around.isSeen()) return
    if (Date.now() - this.#toldAtMs < SILENT_MS) return
    this.#toldAtMs = Date.now()
    this.#leadership?.seize()
  }

  #say(word: Word): void {
    if (!this.#ended.signal.aborted) this.around.wire.postMessage(word)
  }
}
