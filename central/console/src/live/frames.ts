/**
 * The lines of a stream of server-sent events, read as they arrive. Pure.
 *
 * The browser's own EventSource is not used: it hides the comments that tell that a quiet stream is alive, hides the status of a
 * refusal, and sends the browser's language instead of the person's. Laws: a frame is told once it is whole, however its bytes
 * were cut; a line or a frame beyond `MOST_CHARACTERS` is a fault, so that a broken server costs no memory.
 */

export const MOST_CHARACTERS = 1 << 20

export interface Frame {
  /** The position that the stream has reached; null where the frame says none. */
  readonly id: string | null
  readonly name: string
  /** Null: a sign of life, with nothing to tell. */
  readonly data: string | null
}

interface Unfinished {
  id: string | null
  name: string
  data: string[]
  characters: number
}

const nothing = (): Unfinished => ({ id: null, name: '', data: [], characters: 0 })

export class FrameReader {
  #rest = ''
  #isFirst = true
  #frame = nothing()

  /** Take what has arrived; return the frames that it completed. */
  read(text: string): Frame[] {
    if (this.#isFirst && text !== '') {
      this.#isFirst = false
      text = text.replace(/^\uFEFF/, '')
    }
    const lines = (this.#rest + text).split(/\r\n|\n|\r(?!$)/)
    this.#rest = lines.pop() ?? ''
    if (this.#rest.length > MOST_CHARACTERS) throw new RangeError('a line of the stream has no end')
    return lines.flatMap((line) => this.#line(line))
  }

  #line(line: string): Frame[] {
    if (line === '') return this.#finished()
    this.#frame.characters += line.length
    if (this.#frame.characters > MOST_CHARACTERS) throw new RangeError('a frame of the stream has no end')
    const colon = line.indexOf(':')
    if (colon === 0) return []
    const field = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '')
    if (field === 'data') this.#frame.data.push(value)
    else if (field === 'event') this.#frame.name = value
    else if (field === 'id' && !value.includes('\0')) this.#frame.id = value
    return []
  }

  #finished(): Frame[] {
    const { id, name, data } = this.#frame
    this.#frame = nothing()
    if (data.length === 0 && id === null) return []
    return [{ id, name: name || 'message', data: data.length === 0 ? null : data.join('\n') }]
  }
}
