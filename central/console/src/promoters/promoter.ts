/** A promoter as people state one. */
import {
  addPromoter,
  changePromoter,
  listPromoterGroups,
  listPromoters,
  type PagePromoterView,
  type PromoterGroupView,
  type PromoterInFullBody,
  type PromoterView,
  readPromoter,
} from '@client'

import { under } from '@/api/intention'
import type { FormOptions, Stated } from '@/forms/form'

export type Promoter = Omit<PromoterInFullBody, 'version'>
export const MOST_PER_MILLE = 1000
const PAGE = 200

function stated({ version, kind, name, group, commission_per_mille, is_disabled }: PromoterView): Stated<Promoter> {
  return { version, values: { kind, name, group_id: group?.id ?? null, commission_per_mille, is_disabled } }
}

/** Return the form of a promoter; null: of a new one. */
export function promoterForm(id: number | null): FormOptions<Promoter> {
  const path = { promoter_id: id ?? 0 }
  return {
    blank: () => ({ kind: 'person', name: '', group_id: null, commission_per_mille: null, is_disabled: false }),
    read: id === null ? undefined : async () => stated((await readPromoter({ path })).data),
    save: async (values, { version, intention }) =>
      id === null
        ? stated((await addPromoter({ body: values, headers: under(intention) })).data)
        : stated((await changePromoter({ path, body: { ...values, version } })).data),
  }
}

/** Return all promoters, page by page. */
export async function allPromoters(signal: AbortSignal): Promise<PromoterView[]> {
  const found: PromoterView[] = []
  let after: string | null | undefined = null
  do {
    const page: PagePromoterView = (await listPromoters({ query: { limit: PAGE, after }, signal })).data
    found.push(...page.items)
    after = page.next
  } while (after)
  return found
}

export async function groups(): Promise<PromoterGroupView[]> {
  return (await listPromoterGroups({ query: { limit: PAGE } })).data.items
}
