/** A role as an administrator states it. */
import {
  addRole,
  changeRole,
  type DataScope,
  type Permission,
  readPermissions,
  type PermissionView,
  type RoleView,
} from '@client'

import { under } from '@/api/intention'
import type { FormOptions, Stated } from '@/forms/form'

import { allRoles } from './all_roles'
import { inOrder } from './permission_tree'

export interface Role {
  name: string
  permissions: Permission[]
  scope: DataScope
  counter_scope: DataScope
}

/** What the form shows beside the values: all permissions, and the role as it was read. */
export interface Known {
  permissions: readonly PermissionView[]
  role: RoleView | null
}

/** Return how a role is read and saved; null is a new one. What is read beside it goes to `know`. */
export function roleForm(role_id: number | null, know: (known: Known) => void): FormOptions<Role> {
  let all: readonly PermissionView[] = []
  const blank = (): Role => ({ name: '', permissions: [], scope: 'own', counter_scope: 'own' })
  const stated = ({ version, name, permissions, scope, counter_scope }: RoleView): Stated<Role> => ({
    version,
    values: { name, permissions: inOrder(permissions, all) as Permission[], scope, counter_scope },
  })
  return {
    blank,
    read: async () => {
      all = (await readPermissions()).data.items
      const role = role_id === null ? null : ((await allRoles()).find((one) => one.role_id === role_id) ?? null)
      know({ permissions: all, role })
      return role === null ? { version: 0, values: blank() } : stated(role)
    },
    save: async (body, { version, intention }) =>
      stated(
        role_id === null
          ? (await addRole({ body, headers: under(intention) })).data
          : (await changeRole({ path: { role_id }, body: { ...body, version } })).data,
      ),
  }
}
