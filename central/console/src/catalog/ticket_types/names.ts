/** Names that the catalogue's pages need: of categories, with those above them, and of check points. */
import { type CategoryView, listCheckPoints, readCategories } from '@client'

import type { Named } from '@/lists/declaration'
import { language } from '@/words/language'

const MOST = 200

/** Return a name in the page's language; without an English one, the Chinese. */
export function nameOf({ name_zh, name_en = '' }: { name_zh: string; name_en?: string }): string {
  return language.value === 'zh-CN' ? name_zh : name_en || name_zh
}

/** Return the tree as a list: each category after the one that it is under, by its whole name. */
export function flat(tree: readonly CategoryView[], above = ''): Named[] {
  return tree.flatMap((one) => {
    const name = above === '' ? nameOf(one) : `${above} / ${nameOf(one)}`
    return [{ id: one.category_id, name }, ...flat(one.children, name)]
  })
}

/** Find categories by a part of their names. */
export async function findCategories(text: string): Promise<Named[]> {
  const all = flat((await readCategories()).data.items)
  return all.filter(({ name }) => name.toLowerCase().includes(text.trim().toLowerCase()))
}

/** Return the check points of sites, the first two hundred of each. */
export async function checkPointsOf(sites: readonly number[]): Promise<(Named & { siteId: number })[]> {
  const found = await Promise.all(
    sites.map(async (site_id) => (await listCheckPoints({ path: { site_id }, query: { limit: MOST } })).data.items),
  )
  return found.flat().map((one) => ({ id: one.check_point_id, name: nameOf(one), siteId: one.site.id }))
}
