/**
 * The live channel for pages: `useLive` hears what changes, `liveState` says how fresh that is.
 *
 * It begins with the signed-in person's office and ends with it. A page that calls `useLive` in its `setup` before it reads its
 * list misses nothing: where something may be missing, its handler is told to read again.
 */
import { readSession, type LiveKind } from '@client'
import { computed, onScopeDispose, ref, shallowRef, watch } from 'vue'

import { connection } from '@/api/connection'
import { person, renew, sessionEnded } from '@/identity/session'
import { readTheMenu } from '@/shell/menu'
import { hearDate } from '@/times/central_clock'
import { language } from '@/words/language'

import type { Bulletin, Heard } from './bulletins'
import { LiveChannel } from './channel'
import { freshness } from './freshness'
import { Pulse, type Handler } from './pulse'
import type { Opened } from './stream'

export type { EventOf, LiveEvent } from './bulletins'
export type { Batch, Handler } from './pulse'

const TICK_MS = 1_000
const ADDRESS = '/api/v1/live'
// Changes with what pages tell each other: a page of another build then has a stream of its own.
const CHANNEL = 'paifang.live.1'

const pulse = new Pulse((error) => reportError(error))
const told = shallowRef<Bulletin | null>(null)
const now = ref(Date.now())
const count = ref(0)

/** How fresh is what the pages hear: since when it is not live stands in `heardAtMs`, by central's clock. */
export const liveState = computed(() => {
  const { heardAtMs = null, aheadMs = 0, link = 'connecting' } = told.value ?? {}
  const ageMs = heardAtMs === null ? null : Math.max(0, now.value - heardAtMs)
  return { mark: freshness(link, ageMs), ageMs, heardAtMs: heardAtMs === null ? null : heardAtMs + aheadMs, events: count.value }
})

/** Hear events of some kinds while the calling scope lives: four times a second at most, each event once. Call it in `setup`. */
export function useLive<K extends LiveKind>(kinds: readonly K[], handler: Handler<K>): void {
  onScopeDispose(pulse.subscribe(kinds, handler))
}

const send = connection({
  hearDate,
  language: () => language.value,
  csrfToken: () => null,
  signInAgain: () => Promise.resolve(false),
  prove: () => Promise.resolve(false),
})

async function open(after: string | null, signal: AbortSignal): Promise<Opened> {
  const headers = new Headers({ Accept: 'text/event-stream', ...(after === null ? {} : { 'Last-Event-ID': after }) })
  const response = await send(new Request(new URL(ADDRESS, window.location.origin), { headers, signal, cache: 'no-store' }))
  const centralMs = Date.parse(response.headers.get('Date') ?? '')
  return { chunks: texts(response), centralMs: Number.isNaN(centralMs) ? null : centralMs }
}

async function* texts(response: Response): AsyncGenerator<string> {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  for (let part = await reader?.read(); part?.value !== undefined; part = await reader?.read()) yield part.value
}

/** Take over what the session is now; where it is somebody else's or over, the next request says so. */
async function renewTheSession(): Promise<boolean> {
  const userId = person.value?.user_id
  try {
    const { data } = await readSession()
    if (data.user_id !== userId) return false
    renew(data)
    await readTheMenu()
    return true
  } catch {
    return false
  }
}

/** Begin the channel for a person and a language; return what ends it. */
function begin(name: string): () => void {
  let isAsking = false
  let isToldByOther = false

  async function ask(): Promise<void> {
    if (isAsking) return
    isAsking = true
    if ((await sessionEnded.ask()) && !isToldByOther) channel.entered()
    isAsking = isToldByOther = false
  }

  async function entered(): Promise<void> {
    if (!(await renewTheSession()) || !sessionEnded.isOpen.value) return
    isToldByOther = true
    sessionEnded.answer(true)
  }

  function heard(heard: Heard, bulletin: Bulletin): void {
    told.value = bulletin
    now.value = Date.now()
    count.value += heard.events.length
    pulse.put(heard)
    if (bulletin.hasOtherRights) void renewTheSession()
    if (bulletin.link === 'ended') void ask()
  }

  const channel = new LiveChannel(name, {
    open,
    // The types promise it; a page that is not in a secure context has none.
    locks: navigator.locks as LockManager | undefined,
    wire: new BroadcastChannel(name),
    isSeen: () => document.visibilityState === 'visible',
    heard,
    entered: () => void entered(),
  })
  const wake = () => channel.wake()
  const timer = window.setInterval(() => (now.value = Date.now()), TICK_MS)
  window.addEventListener('online', wake)
  channel.start()
  return () => {
    window.clearInterval(timer)
    window.removeEventListener('online', wake)
    channel.end()
    pulse.end()
    told.value = null
  }
}

/** Keep the channel open while the calling scope lives: the office of one signed-in person. */
export function useLiveChannel(): void {
  const name = computed(() => (person.value === null ? null : `${CHANNEL}.${person.value.user_id}.${language.value}`))
  watch(
    name,
    (next, _previous, onCleanup) => {
      if (next !== null) onCleanup(begin(next))
    },
    { immediate: true },
  )
}
