/**
 * The permissions as the roles page arranges them: by part of the office and page, what only shows apart from what changes. Pure.
 *
 * Law: each permission that central names stands once, also one that this version of the console does not know.
 */
import type { PermissionView } from '@client'

export const PARTS = {
  sale: ['sales', 'tickets', 'holders', 'codes', 'refunds'],
  gates: ['devices', 'admissions', 'on-site', 'supervisors'],
  money: ['payments', 'shifts', 'reports'],
  partners: ['promoters', 'agencies'],
  settings: ['catalog', 'parameters'],
  system: ['users', 'roles', 'menus', 'tokens', 'audit'],
} as const
export type PartKey = keyof typeof PARTS
export type PageKey = (typeof PARTS)[PartKey][number]

/** The permissions of one page: those that show, and those that change or do. */
export interface PageRow {
  /** Before the dot of its permissions. */
  key: string
  reading: readonly PermissionView[]
  changing: readonly PermissionView[]
}
export interface PartRows {
  key: PartKey | 'other'
  rows: readonly PageRow[]
}

const READ = 'read'

function splitAt(permission: string): [string, string] {
  const dot = permission.indexOf('.')
  return dot < 0 ? [permission, ''] : [permission.slice(0, dot), permission.slice(dot + 1)]
}

function rowOf(key: string, all: readonly PermissionView[]): PageRow {
  const own = all.filter(({ permission }) => splitAt(permission)[0] === key)
  const isReading = ({ permission }: PermissionView) => splitAt(permission)[1] === READ
  return { key, reading: own.filter(isReading), changing: own.filter((one) => !isReading(one)) }
}

/** Return the tree; a part or a page without a permission is left out. */
export function treeOf(all: readonly PermissionView[]): PartRows[] {
  const known = Object.values(PARTS).flatMap<string>((pages) => pages)
  const others = [...new Set(all.map(({ permission }) => splitAt(permission)[0]))].filter((key) => !known.includes(key))
  const parts: [PartRows['key'], readonly string[]][] = [
    ...(Object.entries(PARTS) as [PartKey, readonly string[]][]),
    ['other', others],
  ]
  return parts
    .map(([key, pages]) => ({
      key,
      rows: pages.map((page) => rowOf(page, all)).filter(({ reading, changing }) => reading.length + changing.length > 0),
    }))
    .filter(({ rows }) => rows.length > 0)
}

/** Return the permissions with one ticked or not, in central's order, so that two equal choices are equal. */
export function ticked(chosen: readonly string[], permission: string, isOn: boolean, all: readonly PermissionView[]): string[] {
  const wanted = new Set(chosen)
  if (isOn) wanted.add(permission)
  else wanted.delete(permission)
  return inOrder([...wanted], all)
}

/** Return permissions in central's order; what it does not name comes last. */
export function inOrder(chosen: readonly string[], all: readonly PermissionView[]): string[] {
  const order = new Map(all.map(({ permission }, index) => [permission as string, index]))
  return [...chosen].sort((one, other) => (order.get(one) ?? all.length) - (order.get(other) ?? all.length))
}
