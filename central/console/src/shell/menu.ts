/** The menu as central arranged it for this person, without pages that do not stand yet. */
import { readMenu, type MenuView } from '@client'
import { computed, shallowRef } from 'vue'

import { language } from '@/words/language'

import { PAGES } from './pages'

export interface MenuEntry {
  key: string
  title: string
  /** In each language, for search. */
  titles: readonly string[]
  path: string
}
export interface MenuGroup {
  key: string
  title: string
  pages: readonly MenuEntry[]
}

const read = shallowRef<MenuView | null>(null)
const paths = new Map(PAGES.map((page) => [page.key, page.path]))

export const isMenuRead = computed(() => read.value !== null)
export const menu = computed(() => menuOf(read.value, language.value === 'zh-CN', paths))
export const entries = computed(() => menu.value.flatMap((group) => group.pages))

/** Return the titles that lead to a page: of its group and its own; none where the menu does not have it. */
export function titlesOf(key: string): readonly string[] {
  const group = menu.value.find(({ pages }) => pages.some((page) => page.key === key))
  const page = group?.pages.find((each) => each.key === key)
  return group && page ? [group.title, page.title] : []
}

/** Return the groups with the pages that have a path; a group without one is left out. */
export function menuOf(view: MenuView | null, inChinese: boolean, known: ReadonlyMap<string, string>): MenuGroup[] {
  const title = (named: { title_zh: string; title_en: string }) => (inChinese ? named.title_zh : named.title_en || named.title_zh)
  return (view?.groups ?? [])
    .map((group) => ({
      key: group.key,
      title: title(group),
      pages: group.pages.flatMap((page) => {
        const path = known.get(page.key)
        return path === undefined || page.is_hidden
          ? []
          : [{ key: page.key, title: title(page), titles: [page.title_zh, page.title_en], path }]
      }),
    }))
    .filter((group) => group.pages.length > 0)
}

export async function readTheMenu(): Promise<void> {
  read.value = (await readMenu()).data
}
