/**
 * The pages that a person has open, as addresses: a tab leads back to its page with filters, columns and the open row.
 *
 * Laws: a page stands once, with its latest address; at most `MOST_TABS` stand, and the one that was not looked at for longest
 * goes first; a tab keeps nothing of what is typed, so a form asks before it is left. Pure.
 */
export const MOST_TABS = 8

export interface Tab {
  /** The page's path: what of it is open. */
  path: string
  /** Where it leads: the path with its query. */
  address: string
  title: string
  /** Rises with each look. */
  seen: number
}

/** Return the tabs after a page was looked at. */
export function looked(tabs: readonly Tab[], page: Omit<Tab, 'seen'>): Tab[] {
  const seen = 1 + Math.max(0, ...tabs.map((tab) => tab.seen))
  const fresh = { ...page, seen }
  const next = tabs.some(({ path }) => path === page.path)
    ? tabs.map((tab) => (tab.path === page.path ? fresh : tab))
    : [...tabs, fresh]
  if (next.length <= MOST_TABS) return next
  const oldest = Math.min(...next.map((tab) => tab.seen))
  return next.filter((tab) => tab.seen !== oldest)
}

/** Return the tabs without one, and the one that was looked at last before it. */
export function closed(tabs: readonly Tab[], path: string): { tabs: Tab[]; last: Tab | null } {
  const rest = tabs.filter((tab) => tab.path !== path)
  const last = rest.reduce<Tab | null>((newest, tab) => (newest === null || tab.seen > newest.seen ? tab : newest), null)
  return { tabs: rest, last }
}

/** Return the tabs that a text of `asText` holds; none where it holds something else. */
export function tabsIn(text: string | null): Tab[] {
  try {
    const found: unknown = JSON.parse(text ?? '[]')
    return Array.isArray(found) ? found.filter(isTab).slice(-MOST_TABS) : []
  } catch {
    return []
  }
}

function isTab(one: unknown): one is Tab {
  const { path, address, title, seen } = (one ?? {}) as Record<string, unknown>
  return (
    [path, address, title].every((text) => typeof text === 'string') && Number.isInteger(seen) && String(path).startsWith('/')
  )
}
