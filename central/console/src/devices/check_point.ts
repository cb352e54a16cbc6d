/** A check point (检票设备) as people state it. */
import {
  addCheckPoint,
  type AgentView,
  changeCheckPoint,
  type CheckPointInFullBody,
  type CheckPointView,
  listTicketTypes,
} from '@client'

import { under } from '@/api/intention'
import type { FormOptions, Stated } from '@/forms/form'
import { may } from '@/identity/session'
import type { Mark, Named } from '@/lists/declaration'
import { language } from '@/words/language'

import { allAgents, allCheckPoints } from './whole_lists'

/** `site_id` is chosen for a new one, and stays. */
export type CheckPoint = Omit<CheckPointInFullBody, 'version'> & { site_id: number }

const MOST = 200
export const STATES = ['enabled', 'disabled', 'retired'] as const
export const MARKS: Readonly<Record<CheckPointView['state'], Mark>> = { enabled: 'ok', disabled: 'attention', retired: 'off' }

export function blank(site_id: number): CheckPoint {
  return {
    ...{ site_id, name_zh: '', name_en: '', zone: 0, direction: 'entry', state: 'enabled', ticked: [] },
    ...{ attended: false, reads_documents: false, agent_id: null },
  }
}

/** Return what stands; what central says beside it is not stated by people. */
export function statedOf(view: CheckPointView): Stated<CheckPoint> {
  return { version: view.version, values: { site_id: view.site.id, ...bodyOf(view) } }
}

function bodyOf(from: Omit<CheckPoint, 'site_id'>): Omit<CheckPoint, 'site_id'> {
  const { name_zh, name_en, zone, direction, state, ticked, attended, reads_documents, agent_id } = from
  return { name_zh, name_en, zone, direction, state, ticked, attended, reads_documents, agent_id }
}

/** Return how a check point is read and saved; null is a new one. */
export function checkPointForm(point: CheckPointView | null, site_id: number): FormOptions<CheckPoint> {
  if (point === null) {
    return {
      blank: () => blank(site_id),
      save: async ({ site_id: site, ...body }, { intention }) =>
        statedOf((await addCheckPoint({ path: { site_id: site }, body, headers: under(intention) })).data),
    }
  }
  const path = { check_point_id: point.check_point_id }
  return {
    blank: () => blank(site_id),
    read: async () => {
      const all = await allCheckPoints([point.site.id])
      return statedOf(all.find(({ check_point_id }) => check_point_id === point.check_point_id) ?? point)
    },
    save: async (values, { version }) => statedOf((await changeCheckPoint({ path, body: { ...bodyOf(values), version } })).data),
  }
}

export const named = (zh: string, en: string | undefined) => (language.value === 'zh-CN' ? zh : en || zh)

/** Return all ticket types by name; none where the person may not read them: their numbers are shown. */
export async function ticketTypes(): Promise<Named[]> {
  if (!may('catalog.read')) return []
  const found: Named[] = []
  let after: string | null | undefined
  do {
    const { items, next } = (await listTicketTypes({ query: { limit: MOST, ...(after ? { after } : {}) } })).data
    found.push(
      ...items.map(({ ticket_type_id: id, parameters: { name_zh, name_en } }) => ({ id, name: named(name_zh, name_en) })),
    )
    after = next
  } while (after)
  return found
}

/** Return the agents that may host check points of a site. */
export async function hostsOf(site_id: number): Promise<AgentView[]> {
  return allAgents({ site_id, state: 'enrolled' })
}

/** Return options that hold what is chosen, too: what has no name is shown by its number. */
export function withChosen(options: readonly Named[], chosen: readonly number[]): Named[] {
  const unknown = chosen.filter((id) => !options.some((one) => one.id === id))
  return [...options, ...unknown.map((id) => ({ id, name: `#${id}` }))]
}

/** Return the check points that a text is a part of the name or number of. */
export function matching(points: readonly CheckPointView[], text: string): CheckPointView[] {
  const wanted = text.trim().toLowerCase()
  return points.filter(({ name_zh, name_en, check_point_id }) =>
    [name_zh, name_en ?? '', String(check_point_id)].some((each) => each.toLowerCase().includes(wanted)),
  )
}
