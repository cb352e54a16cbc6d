/**
 * What the page that has the stream tells all pages of the browser, and what each page makes of it. Pure.
 *
 * Laws: a page hears each event once, in order, whichever page has the stream; where events are missing between what a page heard
 * and what it is told, it is told to read again; it never goes on as if nothing was missing.
 */
import type {
  AdmissionEvent,
  AgentEvent,
  AlarmEvent,
  ConflictEvent,
  ExportEvent,
  LiveKind,
  OrderEvent,
  PaymentEvent,
  RefundEvent,
  RefusalEvent,
} from '@client'

import { isAfter, type Position } from './positions'

interface Data {
  admission: AdmissionEvent
  refusal: RefusalEvent
  conflict: ConflictEvent
  agent: AgentEvent
  alarm: AlarmEvent
  order: OrderEvent
  payment: PaymentEvent
  refund: RefundEvent
  export: ExportEvent
}
export type EventOf<K extends LiveKind> = { [Kind in K]: { kind: Kind; position: Position; data: Data[Kind] } }[K]
export type LiveEvent = EventOf<LiveKind>

/** `connecting`: on the way to the stream. `offline`: central does not answer. `ended`: the session is over. */
export type Link = 'connecting' | 'open' | 'offline' | 'ended'

export interface Bulletin {
  link: Link
  /** The events after `after`, up to `reached`; both null before the first connection. */
  after: Position | null
  reached: Position | null
  events: readonly LiveEvent[]
  /** Central says that events before `reached` are lost. */
  isReset: boolean
  /** Central says that what the person may hear has changed. */
  hasOtherRights: boolean
  /** When the stream was last heard, by this computer's clock; and how far central's clock is ahead of it. */
  heardAtMs: number | null
  aheadMs: number
}

export interface Heard {
  events: readonly LiveEvent[]
  /** Events were missed, or other ones may be seen now: read again what is shown. */
  again: boolean
}

const KINDS: Record<LiveKind, true> = {
  admission: true,
  refusal: true,
  conflict: true,
  agent: true,
  alarm: true,
  order: true,
  payment: true,
  refund: true,
  export: true,
}

export function isKind(name: string): name is LiveKind {
  return Object.hasOwn(KINDS, name)
}

/** What one page has heard. */
export class Hearing {
  #position: Position | null = null

  get position(): Position | null {
    return this.#position
  }

  take({ after, reached, events, isReset, hasOtherRights }: Bulletin): Heard {
    if (reached === null || after === null) return { events: [], again: false }
    const mine = this.#position
    if (mine === null || isReset || isAfter(after, mine)) {
      this.#position = reached
      return { events: [], again: true }
    }
    if (isAfter(reached, mine)) this.#position = reached
    return { events: events.filter(({ position }) => isAfter(position, mine)), again: hasOtherRights }
  }
}
