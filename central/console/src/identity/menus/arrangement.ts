/**
 * The menu as a person arranges it: groups in order, pages in their groups, each shown or hidden.
 *
 * Laws: no page is ever lost: it is moved or hidden, never taken away, and a group goes only when it is empty. Pure, but for the
 * form at the end.
 */
import { arrangeMenu, type MenuView, readMenuArrangement } from '@client'

import type { FormOptions, Stated } from '@/forms/form'

export interface ArrangedPage {
  key: string
  title_zh: string
  title_en: string
  is_hidden: boolean
}
export interface ArrangedGroup {
  key: string
  title_zh: string
  title_en: string
  pages: ArrangedPage[]
}
export interface Arrangement {
  groups: ArrangedGroup[]
}
type Step = 1 | -1

/** Return the list with one of it a place further; the same where it is at its end. */
function stepped<T>(list: readonly T[], from: number, step: Step): T[] {
  const next = [...list]
  const [one] = next.splice(from, 1)
  if (one !== undefined) next.splice(from + step, 0, one)
  return from + step < 0 || from + step >= list.length ? [...list] : next
}

export function withGroupMoved(groups: readonly ArrangedGroup[], key: string, step: Step): ArrangedGroup[] {
  const from = groups.findIndex((group) => group.key === key)
  return from < 0 ? [...groups] : stepped(groups, from, step)
}

/** Return the groups with a page a place further; at the end of its group it goes to the next one. */
export function withPageMoved(groups: readonly ArrangedGroup[], key: string, step: Step): ArrangedGroup[] {
  const at = groups.findIndex(({ pages }) => pages.some((page) => page.key === key))
  const pages = groups[at]?.pages ?? []
  const from = pages.findIndex((page) => page.key === key)
  const to = from + step
  if (to >= 0 && to < pages.length) {
    return groups.map((group, index) => (index === at ? { ...group, pages: stepped(pages, from, step) } : group))
  }
  const next = groups[at + step]
  if (from < 0 || next === undefined) return [...groups]
  return withPagePlaced(groups, key, next.key, step === 1 ? 0 : next.pages.length)
}

/** Return the groups with a page at a place of a group; the place is counted without the page itself. */
export function withPagePlaced(groups: readonly ArrangedGroup[], key: string, groupKey: string, place: number): ArrangedGroup[] {
  const page = groups.flatMap(({ pages }) => pages).find((one) => one.key === key)
  if (page === undefined || !groups.some((group) => group.key === groupKey)) return [...groups]
  return groups.map((group) => {
    const pages = group.pages.filter((one) => one.key !== key)
    return { ...group, pages: group.key === groupKey ? [...pages.slice(0, place), page, ...pages.slice(place)] : pages }
  })
}

export function withPageShown(groups: readonly ArrangedGroup[], key: string, isShown: boolean): ArrangedGroup[] {
  const shown = (page: ArrangedPage) => (page.key === key ? { ...page, is_hidden: !isShown } : page)
  return groups.map((group) => ({ ...group, pages: group.pages.map(shown) }))
}

/** Return the groups with a new one at the end, whose key none has. */
export function withNewGroup(groups: readonly ArrangedGroup[], title: string): ArrangedGroup[] {
  const keys = new Set(groups.map(({ key }) => key))
  let number = 1
  while (keys.has(`own-${number}`)) number += 1
  return [...groups, { key: `own-${number}`, title_zh: title, title_en: title, pages: [] }]
}

/** Return the groups without an empty one. */
export function withoutGroup(groups: readonly ArrangedGroup[], key: string): ArrangedGroup[] {
  return groups.filter((group) => group.key !== key || group.pages.length > 0)
}

function stated({ version, groups }: MenuView): Stated<Arrangement> {
  const page = ({ key, title_zh, title_en, is_hidden }: ArrangedPage) => ({ key, title_zh, title_en, is_hidden })
  return {
    version,
    values: { groups: groups.map(({ key, title_zh, title_en, pages }) => ({ key, title_zh, title_en, pages: pages.map(page) })) },
  }
}

export const menuForm: FormOptions<Arrangement> = {
  blank: () => ({ groups: [] }),
  read: async () => stated((await readMenuArrangement()).data),
  save: async ({ groups }, { version }) => {
    const given = groups.map((group) => ({ ...group, pages: group.pages.map(({ key, is_hidden }) => ({ key, is_hidden })) }))
    return stated((await arrangeMenu({ body: { version, groups: given } })).data)
  },
}
