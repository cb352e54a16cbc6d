/** A category of ticket types: how it is read, saved and put in order. */
import { addCategory, type CategoryView, changeCategory, readCategories } from '@client'

import { under } from '@/api/intention'
import type { FormOptions, Stated } from '@/forms/form'

export interface Category {
  name_zh: string
  name_en: string
  parent_id: number | null
  position: number
}
export interface Row {
  view: CategoryView
  depth: number
  /** Those beside it, in order, itself among them. */
  siblings: readonly CategoryView[]
}

/** Return the tree as rows: each category after the one that it is under. */
export function rowsOf(tree: readonly CategoryView[], depth = 0): Row[] {
  return tree.flatMap((view) => [{ view, depth, siblings: tree }, ...rowsOf(view.children, depth + 1)])
}

/** Return what may stand above a category: neither itself nor what is under it. */
export function possibleParents(tree: readonly CategoryView[], category_id: number | null): Row[] {
  return rowsOf(tree.filter((one) => one.category_id !== category_id)).flatMap((row) => {
    const isUnder =
      category_id !== null && row.view.category_id !== category_id && isWithin(tree, category_id, row.view.category_id)
    return row.view.category_id === category_id || isUnder ? [] : [row]
  })
}

function isWithin(tree: readonly CategoryView[], above: number, below: number): boolean {
  const top = rowsOf(tree).find(({ view }) => view.category_id === above)
  return top !== undefined && rowsOf(top.view.children).some(({ view }) => view.category_id === below)
}

export function statedOf({ name_zh, name_en, parent, position }: CategoryView): Category {
  return { name_zh, name_en, parent_id: parent?.id ?? null, position }
}

/** Return the places that change where a category moves by one: every sibling then has its own. */
export function moved(siblings: readonly CategoryView[], category_id: number, by: -1 | 1): CategoryView[] {
  const from = siblings.findIndex((one) => one.category_id === category_id)
  const other = siblings[from + by]
  const one = siblings[from]
  if (one === undefined || other === undefined) return []
  const order = siblings.map((each) => (each === one ? other : each === other ? one : each))
  return order.map((each, position) => ({ ...each, position })).filter((each, place) => order[place]?.position !== each.position)
}

/** Store new places, one after the other. */
export async function place(changed: readonly CategoryView[]): Promise<void> {
  for (const one of changed) {
    await changeCategory({ path: { category_id: one.category_id }, body: { ...statedOf(one), version: one.version } })
  }
}

function stated(view: CategoryView): Stated<Category> {
  return { version: view.version, values: statedOf(view) }
}

/** Return how a category is read and saved; null is a new one, after those that stand. */
export function categoryForm(category_id: number | null, next: number): FormOptions<Category> {
  const blank = () => ({ name_zh: '', name_en: '', parent_id: null, position: next })
  if (category_id === null) {
    return {
      blank,
      save: async (body, { intention }) => stated((await addCategory({ body, headers: under(intention) })).data),
    }
  }
  const path = { category_id }
  return {
    blank,
    read: async () => {
      const all = rowsOf((await readCategories()).data.items)
      const found = all.find(({ view }) => view.category_id === category_id)
      // It was deleted meanwhile: the save says so.
      return found ? stated(found.view) : { version: 0, values: blank() }
    },
    save: async (values, { version }) => stated((await changeCategory({ path, body: { ...values, version } })).data),
  }
}
