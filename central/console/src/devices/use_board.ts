/**
 * What the board shows, read and kept fresh: the live channel tells what changes, and once a minute it is read all the same.
 *
 * Law: what could not be read again stays, and is said to be of when it was read.
 */
import { type AgentRole, type AgentState, listAdmissions } from '@client'
import { computed, onScopeDispose, type Ref, ref, watch } from 'vue'

import { may } from '@/identity/session'
import { useReading } from '@/lists/reading'
import { type EventOf, liveState, useLive } from '@/live/live'
import { areSitesRead, site, sites } from '@/shell/sites'
import { language } from '@/words/language'
import { centralNow } from '@/times/central_clock'

import { cardsOf, type Passages, passagesOf } from './board'
import { allAgents, allCheckPoints, openAlarms } from './whole_lists'

const [MOST, PAUSE_MS, LOOK_MS, AGAIN_MS] = [200, 500, 1_000, 60_000]

export interface BoardFilter {
  text: string
  role: AgentRole | undefined
  state: AgentState | undefined
}

async function readPassages(ofSite: { site_id?: number }, signal: AbortSignal): Promise<Passages | null> {
  if (!may('admissions.read')) return null
  const { items, next } = (await listAdmissions({ query: { ...ofSite, state: 'passed', limit: MOST }, signal })).data
  return passagesOf(items, !next)
}

/** Call it in `setup`. */
export function useBoard(filter: Ref<BoardFilter>) {
  const nowMs = ref(centralNow())
  const readAtMs = ref(0)
  /** Passages that the live channel told since the last reading. */
  const told = ref<ReadonlyMap<number, string>>(new Map())
  const siteIds = computed(() => (site.value === null ? sites.value.map(({ id }) => id) : [site.value.id]))

  const board = useReading(async (signal) => {
    const { text, role, state } = filter.value
    const ofSite = site.value === null ? {} : { site_id: site.value.id }
    const named = { ...(text.trim() ? { text: text.trim() } : {}), ...(role ? { role } : {}), ...(state ? { state } : {}) }
    const [agents, checkPoints, alarms, passages] = await Promise.all([
      allAgents({ ...ofSite, ...named }, signal),
      allCheckPoints(siteIds.value, signal),
      openAlarms(site.value?.id ?? null, signal),
      readPassages(ofSite, signal),
    ])
    readAtMs.value = nowMs.value = centralNow()
    told.value = new Map()
    return { agents, around: { checkPoints, ...alarms, passages } }
  })

  const cards = computed(() => {
    if (board.value.value === null) return []
    const { agents, around } = board.value.value
    const passages = around.passages && { ...around.passages, newest: new Map([...around.passages.newest, ...told.value]) }
    return cardsOf(agents, { ...around, passages })
  })
  const isStale = computed(() => board.fault.value !== null || liveState.value.mark === 'offline')

  function hear(passed: readonly EventOf<'admission'>[]): void {
    const news = passed.filter(({ data }) => data.state === 'passed').map(({ data }) => [data.agent.id, data.scanned_at] as const)
    if (news.length > 0) told.value = new Map([...told.value, ...news])
  }

  useLive(['agent', 'alarm', 'admission'], async ({ events, again }) => {
    hear(events.filter((one) => one.kind === 'admission'))
    if (!again && !events.some(({ kind }) => kind !== 'admission')) return
    await board.begin()
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
  })
  watch(
    [() => site.value?.id, language, areSitesRead, filter],
    () => {
      if (areSitesRead.value) void board.begin()
    },
    { immediate: true },
  )
  const timer = setInterval(() => {
    nowMs.value = centralNow()
    if (nowMs.value - readAtMs.value >= AGAIN_MS && !board.isReading.value && readAtMs.value > 0) void board.begin()
  }, LOOK_MS)
  onScopeDispose(() => clearInterval(timer))

  return { board, cards, nowMs, readAtMs, isStale }
}
