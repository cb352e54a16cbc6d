/** Lists that a board needs as a whole: read page by page to their end. */
import { type AgentView, type CheckPointView, listAgents, listAlarms, listCheckPoints } from '@client'

const MOST = 200

interface Page<Row> {
  items: readonly Row[]
  next?: string | null
}

async function whole<Row>(read: (paging: { limit: number; after?: string }) => Promise<{ data: Page<Row> }>): Promise<Row[]> {
  const found: Row[] = []
  let after: string | null | undefined
  do {
    const { items, next } = (await read({ limit: MOST, ...(after ? { after } : {}) })).data
    found.push(...items)
    after = next
  } while (after)
  return found
}

type AgentFilter = Omit<NonNullable<Parameters<typeof listAgents>[0]>['query'] & object, 'after' | 'limit'>

export async function allAgents(filter: AgentFilter, signal?: AbortSignal): Promise<AgentView[]> {
  return whole((paging) => listAgents({ query: { ...filter, ...paging }, ...(signal ? { signal } : {}) }))
}

/** Return the check points of some sites, by site and number. */
export async function allCheckPoints(siteIds: readonly number[], signal?: AbortSignal): Promise<CheckPointView[]> {
  const read = (site_id: number) =>
    whole((paging) => listCheckPoints({ path: { site_id }, query: paging, ...(signal ? { signal } : {}) }))
  return (await Promise.all(siteIds.map(read))).flat()
}

/** Return how many alarms nobody has looked at, by agent: of the newest two hundred. */
export async function openAlarms(
  siteId: number | null,
  signal?: AbortSignal,
): Promise<{ alarms: ReadonlyMap<number, number>; hasMoreAlarms: boolean }> {
  const query = { state: 'open', limit: MOST, ...(siteId === null ? {} : { site_id: siteId }) } as const
  const { items, next } = (await listAlarms({ query, ...(signal ? { signal } : {}) })).data
  const alarms = new Map<number, number>()
  for (const { agent } of items) alarms.set(agent.id, (alarms.get(agent.id) ?? 0) + 1)
  return { alarms, hasMoreAlarms: Boolean(next) }
}
