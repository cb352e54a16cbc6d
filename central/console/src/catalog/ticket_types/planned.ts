/** What changes later: what a plan sends, and how what is planned reads. */
import type { ChangeView, PlannedChangeView, TypeAmendment } from '@client'

import { differing, same } from '@/forms/differences'
import type { Part } from '@/forms/form'

import type { TypeDraft } from './type'

export interface Planned {
  key: string
  id: number
  /** Of the sale alone, or of any parameter. */
  kind: 'sale' | 'type'
  effective_at: string
  planned_at: string
  planned_by: string
  /** What changes, by the paths of the form. */
  changes: Record<string, unknown>
}

/** Return the fields of an object that another one states otherwise. */
function changed<T extends object>(stands: T, typed: T): Partial<T> {
  const names = (Object.keys(typed) as (keyof T)[]).filter((name) => !same(stands[name], typed[name]))
  return Object.fromEntries(names.map((name) => [name, typed[name]])) as Partial<T>
}

/** Return only what is typed otherwise than it stands: what else changes meanwhile is not taken back by the plan. */
export function amendmentOf(stands: TypeDraft, typed: TypeDraft): TypeAmendment {
  const { sale, after_sale, ...others } = changed(stands.parameters, typed.parameters)
  const parameters = {
    ...others,
    ...(sale === undefined ? {} : { sale: changed(stands.parameters.sale, sale) }),
    ...(after_sale === undefined ? {} : { after_sale: changed(stands.parameters.after_sale, after_sale) }),
  }
  return {
    ...(Object.keys(parameters).length === 0 ? {} : { parameters }),
    ...(typed.price_fen === null || typed.price_fen === stands.price_fen ? {} : { price_fen: typed.price_fen }),
    ...(typed.is_on_sale === stands.is_on_sale ? {} : { is_on_sale: typed.is_on_sale }),
  }
}

/** Return planned changes of both kinds, the next first. */
export function together(ofSale: readonly ChangeView[], ofType: readonly PlannedChangeView[]): Planned[] {
  const common = (one: ChangeView | PlannedChangeView) => ({
    id: one.change_id,
    effective_at: one.effective_at,
    planned_at: one.planned_at,
    planned_by: one.planned_by.name,
  })
  const sales = ofSale.map((one): Planned => {
    const { price_fen, is_on_sale, rules, after_sale } = one
    const parameters = { ...(rules ? { sale: rules } : {}), ...(after_sale ? { after_sale } : {}) }
    return { ...common(one), key: `sale-${one.change_id}`, kind: 'sale', changes: { price_fen, is_on_sale, parameters } }
  })
  const types = ofType.map((one): Planned => ({
    ...common(one),
    key: `type-${one.change_id}`,
    kind: 'type',
    changes: one.changes,
  }))
  return [...sales, ...types].sort((one, other) => Date.parse(one.effective_at) - Date.parse(other.effective_at))
}

/** Return what changes, a line for each field; a field that no part of the form shows has its own name. */
export function linesOf(changes: object, parts: ReadonlyMap<string, Part>, plain: (value: unknown) => string): string[] {
  const leaves = (value: unknown, path: string): string[] => {
    const part = parts.get(path)
    const isGroup = typeof value === 'object' && value !== null && !Array.isArray(value)
    if (part === undefined && isGroup) return Object.entries(value).flatMap(([name, each]) => leaves(each, `${path}.${name}`))
    return [`${part?.label ?? path}: ${part?.show?.(value) || plain(value)}`]
  }
  return Object.entries(changes).flatMap(([name, value]) => leaves(value, name))
}

export function isPlannable(stands: TypeDraft, typed: TypeDraft): boolean {
  return differing(stands, typed).some((path) => path !== 'category_id')
}
