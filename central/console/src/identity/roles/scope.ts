/** Data scopes (数据权限): which is wider, and what an editor may give. Pure. */
import type { DataScope, RoleView, SessionView } from '@client'

export const SCOPES = ['own', 'channel', 'all'] as const satisfies readonly DataScope[]

/** Return whether one shows no more than the other. */
export function isWithin(scope: DataScope, other: DataScope): boolean {
  return SCOPES.indexOf(scope) <= SCOPES.indexOf(other)
}

/** Return the widest of some scopes; of none the narrowest, as central counts. */
export function widest(scopes: readonly DataScope[]): DataScope {
  return scopes.reduce<DataScope>((wide, one) => (isWithin(one, wide) ? wide : one), 'own')
}

export type Holder = Pick<SessionView, 'permissions' | 'scope' | 'counter_scope'>
export type Given = Pick<RoleView, 'permissions' | 'scope' | 'counter_scope'>

/** Return whether a person may give a role: one gives only what one holds. */
export function mayGive(holder: Holder | null, role: Given): boolean {
  if (holder === null) return false
  const isHeld = role.permissions.every((permission) => holder.permissions.includes(permission))
  return isHeld && isWithin(role.scope, holder.scope) && isWithin(role.counter_scope, holder.counter_scope)
}
