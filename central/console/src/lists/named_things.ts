/** Things that lists are filtered by, found by their names as a person types. */
import { listAgencies, listCheckPoints, listPromoters, listSupervisors, listTicketTypes, listUsers } from '@client'

import { sites } from '@/shell/sites'
import { language } from '@/words/language'

import type { Named } from './declaration'

const MOST_NAMES = 50

const named = (zh: string, en = '') => (language.value === 'zh-CN' ? zh : en || zh)
const asked = (text: string) => ({ limit: MOST_NAMES, ...(text.trim() === '' ? {} : { text: text.trim() }) })

export async function findTicketTypes(text: string): Promise<Named[]> {
  const { items } = (await listTicketTypes({ query: asked(text) })).data
  return items.map(({ ticket_type_id: id, parameters: { name_zh, name_en } }) => ({ id, name: named(name_zh, name_en) }))
}

/** Find people: sellers among them. */
export async function findPeople(text: string): Promise<Named[]> {
  const { items } = (await listUsers({ query: asked(text) })).data
  return items.map(({ user_id: id, full_name, name }) => ({ id, name: full_name || name }))
}

export async function findPromoters(text: string): Promise<Named[]> {
  const { items } = (await listPromoters({ query: asked(text) })).data
  return items.map(({ promoter_id: id, name }) => ({ id, name }))
}

export async function findAgencies(text: string, siteId: number | null): Promise<Named[]> {
  const { items } = (await listAgencies({ query: { ...asked(text), ...(siteId === null ? {} : { site_id: siteId }) } })).data
  return items.map(({ agency_id: id, name }) => ({ id, name }))
}

/** Ask each site in view; of several sites each name says its own. */
async function ofSites(siteId: number | null, find: (site: number) => Promise<Named[]>): Promise<Named[]> {
  const inView = sites.value.filter(({ id }) => siteId === null || id === siteId)
  const found = await Promise.all(inView.map(async ({ id, name }) => ({ site: name, items: await find(id) })))
  return found.flatMap(({ site, items }) =>
    found.length === 1 ? items : items.map((one) => ({ ...one, name: `${one.name} · ${site}` })),
  )
}

export async function findCheckPoints(text: string, siteId: number | null): Promise<Named[]> {
  return ofSites(siteId, async (site) => {
    const { items } = (await listCheckPoints({ path: { site_id: site }, query: asked(text) })).data
    return items.map(({ check_point_id: id, name_zh, name_en }) => ({ id, name: named(name_zh, name_en) }))
  })
}

export async function findSupervisors(text: string, siteId: number | null): Promise<Named[]> {
  const found = await ofSites(siteId, async (site) => {
    const { items } = (await listSupervisors({ path: { site_id: site }, query: { limit: MOST_NAMES } })).data
    return items.map(({ user_id: id, name }) => ({ id, name }))
  })
  return found.filter(({ name }) => name.toLowerCase().includes(text.trim().toLowerCase()))
}
