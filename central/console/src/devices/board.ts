/**
 * The board of agents (检票终端): how each stands, where its card is, which comes first. Pure.
 *
 * Laws: a mark is a shape and a word; nought, none and unknown differ; what needs a person comes first.
 */
import type { AdmissionRecordView, AgentView, CheckPointView, Direction } from '@client'

export type Mark = 'ok' | 'offline' | 'attention' | 'fault' | 'off' | 'retired'
/** In how a card is read: `unheard` has never fetched the feed. */
export type Standing = 'live' | 'ok' | 'offline' | 'stale' | 'locked' | 'unheard' | 'closed' | 'revoked' | 'lost'

export const SHAPES: Readonly<Record<Mark, string>> = {
  ok: '●',
  offline: '◐',
  attention: '▲',
  fault: '■',
  off: '○',
  retired: '◇',
}
const MARKS: Readonly<Record<Standing, Mark>> = {
  live: 'ok',
  ok: 'ok',
  offline: 'offline',
  stale: 'attention',
  locked: 'fault',
  unheard: 'attention',
  closed: 'off',
  revoked: 'retired',
  lost: 'retired',
}
const TROUBLE: readonly Mark[] = ['fault', 'attention', 'offline', 'ok', 'off', 'retired']

/** What is known beside the agents; null: the person may not read it. */
export interface Around {
  checkPoints: readonly CheckPointView[]
  /** The alarms that nobody has looked at, by agent; more may be open where `hasMoreAlarms`. */
  alarms: ReadonlyMap<number, number>
  hasMoreAlarms: boolean
  passages: Passages | null
}
export interface Passages {
  /** The newest passage of each agent, by its clock. */
  newest: ReadonlyMap<number, string>
  /** Whether an agent that is not there has none at all, or may have older ones. */
  isWhole: boolean
}
export interface Card {
  agent: AgentView
  standing: Standing
  mark: Mark
  zones: readonly number[]
  directions: readonly Direction[]
  checkPoints: readonly CheckPointView[]
  alarms: number
  /** Null: none; undefined: unknown. */
  passedAt: string | null | undefined
  /** How many versions its feed is behind the newest that an agent of its site decides by; null: unknown. */
  behind: number | null
}
export interface Group {
  site: { id: number; name: string }
  /** Null: it hosts no check point. */
  zone: number | null
  cards: readonly Card[]
}

/** Return how an agent stands. One that was silent is offline, however fresh its feed was. */
export function standingOf({ state, duty, last_head_at, freshness, seen }: AgentView): Standing {
  if (state !== 'enrolled') return state
  if (duty === 'closed') return 'closed'
  if (last_head_at === null) return 'unheard'
  return seen === 'silent' && (freshness === 'live' || freshness === 'ok') ? 'offline' : freshness
}

/** Return the newest feed of each site that an agent of it decides by. */
function newestFeeds(agents: readonly AgentView[]): ReadonlyMap<number, AgentView> {
  const newest = new Map<number, AgentView>()
  for (const agent of agents) {
    const known = newest.get(agent.site.id)
    const isLater =
      known === undefined ||
      agent.feed_epoch > known.feed_epoch ||
      (agent.feed_epoch === known.feed_epoch && agent.feed_version > known.feed_version)
    if (isLater) newest.set(agent.site.id, agent)
  }
  return newest
}

function behindOf(agent: AgentView, newest: AgentView | undefined): number | null {
  if (newest === undefined || agent.last_head_at === null || agent.feed_version === 0) return null
  return agent.feed_epoch === newest.feed_epoch ? newest.feed_version - agent.feed_version : null
}

/** Return the newest passage of each agent among records. */
export function passagesOf(records: readonly AdmissionRecordView[], isWhole: boolean): Passages {
  const newest = new Map<number, string>()
  for (const { agent, scanned_at, state } of records) {
    const known = newest.get(agent.id)
    if (state !== 'passed') continue
    if (known === undefined || Date.parse(scanned_at) > Date.parse(known)) newest.set(agent.id, scanned_at)
  }
  return { newest, isWhole }
}

function passedAt(agent: number, passages: Passages | null): string | null | undefined {
  const known = passages?.newest.get(agent)
  return known ?? (passages?.isWhole ? null : undefined)
}

export function cardsOf(agents: readonly AgentView[], around: Around): Card[] {
  const feeds = newestFeeds(agents)
  return agents.map((agent) => {
    const checkPoints = around.checkPoints.filter(({ agent_id }) => agent_id === agent.agent_id)
    const standing = standingOf(agent)
    return {
      agent,
      standing,
      mark: MARKS[standing],
      zones: [...new Set(checkPoints.map(({ zone }) => zone))].sort((a, b) => a - b),
      directions: (['entry', 'exit'] as const).filter((one) => checkPoints.some(({ direction }) => direction === one)),
      checkPoints,
      alarms: around.alarms.get(agent.agent_id) ?? 0,
      passedAt: passedAt(agent.agent_id, around.passages),
      behind: behindOf(agent, feeds.get(agent.site.id)),
    }
  })
}

/** Return how much a card needs a person: less is more. An alarm of an agent that is well comes after all faults. */
export function troubleOf({ mark, alarms }: Card): number {
  const own = TROUBLE.indexOf(mark)
  return alarms > 0 && own > TROUBLE.indexOf('attention') ? TROUBLE.indexOf('attention') : own
}

function byTrouble(one: Card, other: Card): number {
  return troubleOf(one) - troubleOf(other) || other.alarms - one.alarms || one.agent.agent_id - other.agent.agent_id
}

/** Return the cards by site and zone: the group with the worst card first, and in it the worst card. */
export function groupsOf(cards: readonly Card[]): Group[] {
  const groups = new Map<string, { site: Group['site']; zone: number | null; cards: Card[] }>()
  for (const card of cards) {
    const zone = card.zones[0] ?? null
    const key = `${card.agent.site.id}-${zone ?? 'none'}`
    const group = groups.get(key) ?? { site: card.agent.site, zone, cards: [] }
    group.cards.push(card)
    groups.set(key, group)
  }
  const worst = ({ cards: own }: Group) => Math.min(...own.map(troubleOf))
  const sorted = [...groups.values()].map((group) => ({ ...group, cards: group.cards.sort(byTrouble) }))
  const place = ({ zone }: Group) => zone ?? Infinity
  return sorted.sort((a, b) => worst(a) - worst(b) || a.site.id - b.site.id || (place(a) < place(b) ? -1 : 1))
}
