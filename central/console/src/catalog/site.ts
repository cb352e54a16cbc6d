/** A site as people state it, and how its rules read. */
import {
  addSite,
  changeSite,
  listCheckPoints,
  listSites,
  readSite,
  type SiteInFullBody,
  type SiteView,
  type WalkInRuleParameters,
} from '@client'

import { under } from '@/api/intention'
import type { FormOptions, Stated } from '@/forms/form'

export type WalkInRule = Required<WalkInRuleParameters>
export type Site = Omit<SiteInFullBody, 'version' | 'walk_in_rules'> & { walk_in_rules: WalkInRule[] }
export interface CheckPoint {
  id: number
  name: string
}

const MOST = 200
export const LATEST_DAY_END_HOUR = 11

/** Return a site with every field stated, as a replacement wants it. */
export function inFull(stated: Partial<SiteInFullBody>): Site {
  return {
    name_zh: '',
    name_en: '',
    zone: 'Asia/Shanghai',
    capacity: null,
    daily_capacity: null,
    unseen_per_hour: 60,
    day_ends_at_hour: 0,
    cash_needs_shift: false,
    ...stated,
    walk_in_rules: (stated.walk_in_rules ?? []).map(ruleInFull),
  }
}

/** Return a rule with every field stated; what is not stated does not restrict. */
export function ruleInFull(stated: WalkInRuleParameters): WalkInRule {
  const open = { name_en: '', minimum_age: null, maximum_age: null, first_day: null, last_day: null }
  return { ...open, regions: [], check_points: [], ...stated }
}

/** Return the number of a new rule: one that no journal can name yet. */
export function nextRuleId(...lists: readonly (readonly { rule_id: number }[])[]): number {
  return Math.max(0, ...lists.flat().map(({ rule_id }) => rule_id)) + 1
}

/** Return the first digits of identity numbers that a text lists, however it parts them. */
export function regionsIn(text: string): string[] {
  return [...new Set(text.split(/[\s,，、;；]+/).filter(Boolean))]
}

function stated(view: SiteView): Stated<Site> {
  return { version: view.version, values: inFull(view.parameters) }
}

/** Return how a site is read and saved; null is a new one. */
export function siteForm(site_id: number | null): FormOptions<Site> {
  const blank = () => inFull({})
  if (site_id === null) {
    return { blank, save: async (body, { intention }) => stated((await addSite({ body, headers: under(intention) })).data) }
  }
  const path = { site_id }
  return {
    blank,
    read: async () => stated((await readSite({ path })).data),
    save: async (values, { version }) => stated((await changeSite({ path, body: { ...values, version } })).data),
  }
}

/** Return all sites, by number. */
export async function allSites(): Promise<SiteView[]> {
  const found: SiteView[] = []
  let after: string | null | undefined
  do {
    const page = (await listSites({ query: { limit: MOST, ...(after ? { after } : {}) } })).data
    found.push(...page.items)
    after = page.next
  } while (after)
  return found
}

/** Return a site's check points, the first two hundred. */
export async function checkPointsOf(site_id: number, inChinese: boolean): Promise<CheckPoint[]> {
  const { items } = (await listCheckPoints({ path: { site_id }, query: { limit: MOST } })).data
  return items.map((one) => ({
    id: one.check_point_id,
    name: inChinese || !one.name_en ? one.name_zh : one.name_en,
  }))
}
