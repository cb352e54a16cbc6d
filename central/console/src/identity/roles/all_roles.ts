/** All roles of the house, and those that a text names. */
import { listRoles, type RoleView } from '@client'

import type { Named } from '@/lists/declaration'

const MOST = 200

/** Return all roles, by number. */
export async function allRoles(): Promise<RoleView[]> {
  const found: RoleView[] = []
  let after: string | null | undefined
  do {
    const page = (await listRoles({ query: { limit: MOST, ...(after ? { after } : {}) } })).data
    found.push(...page.items)
    after = page.next
  } while (after)
  return found
}

export async function findRoles(text: string): Promise<Named[]> {
  const wanted = text.trim().toLowerCase()
  const named = (await allRoles()).map(({ role_id: id, name }) => ({ id, name }))
  return named.filter(({ name }) => name.toLowerCase().includes(wanted))
}
