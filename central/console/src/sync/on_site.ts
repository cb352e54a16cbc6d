/** The count on site and its corrections (在园人数): how a correction is stated. */
import { correctOnSite, listOnSiteCorrections, type ListOnSiteCorrectionsData } from '@client'

import { under } from '@/api/intention'
import type { FormOptions } from '@/forms/form'

export const MOST_PERSONS = 1_000_000
const NEWEST = 50

export interface Correction {
  /** Whether more persons are on site than are counted, or fewer. */
  way: 'more' | 'fewer'
  persons: number | null
  reason: string
}

/** Return by how many persons the count changes; nought where nothing is typed, which central refuses beside the field. */
export function changeOf({ way, persons }: Correction): number {
  return (way === 'more' ? 1 : -1) * (persons ?? 0) || 0
}

export function correctionForm(site_id: number): FormOptions<Correction> {
  return {
    blank: () => ({ way: 'more', persons: null, reason: '' }),
    save: async (values, { intention }) => {
      const body = { persons: changeOf(values), reason: values.reason.trim() }
      await correctOnSite({ path: { site_id }, body, headers: under(intention) })
      return { version: 0, values }
    },
  }
}

/** Return the newest corrections of a site, and whether there are older ones. */
export async function correctionsOf(path: ListOnSiteCorrectionsData['path'], signal: AbortSignal) {
  return (await listOnSiteCorrections({ path, query: { limit: NEWEST }, signal })).data
}

/** Return a change with its sign; the minus is the typographic one. */
export function signed(persons: number): string {
  return persons < 0 ? `−${-persons}` : `+${persons}`
}
