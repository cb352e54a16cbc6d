/**
 * A code that enrols a computer: what is typed there, how long the code counts, which agent came of it. Pure.
 *
 * Law: an agent counts as the one of a code only where central's own records say so: it came after the code, has its role and hosts
 * its check points.
 */
import type { AgentRole, AgentView, CheckPointView } from '@client'

/** How long central takes a code. The clock of this computer is never compared with central's: it counts from the request on. */
export const CODE_LIFE_MS = 600_000
const MS_PER_SECOND = 1_000
const SECONDS_PER_MINUTE = 60
const PLAIN = /^[\w.:/@%+=,-]+$/

export interface Wish {
  site_id: number
  role: AgentRole
  check_point_ids: readonly number[]
}

function quoted(text: string): string {
  return PLAIN.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}

/** Return the line that enrols the computer where it is typed, or scanned by a scanner that types. */
export function commandOf(central: string, code: string, name: string): string {
  const named = name.trim() === '' ? '' : ` --name ${quoted(name.trim())}`
  return `paifang edge enroll --central ${quoted(central)} --code ${quoted(code)}${named}`
}

/** Return what is left as `9:59`. */
export function countdown(leftMs: number): string {
  const seconds = Math.max(0, Math.ceil(leftMs / MS_PER_SECOND))
  return `${Math.floor(seconds / SECONDS_PER_MINUTE)}:${String(seconds % SECONDS_PER_MINUTE).padStart(2, '0')}`
}

/** Return the agent that a code made; null: none yet. `known` are the agents from before the code. */
export function enrolledBy(
  wish: Wish,
  known: ReadonlySet<number>,
  agents: readonly AgentView[],
  checkPoints: readonly CheckPointView[],
): AgentView | null {
  const hostOf = (id: number) => checkPoints.find(({ check_point_id }) => check_point_id === id)?.agent_id
  const fits = ({ agent_id, site, role }: AgentView) =>
    !known.has(agent_id) &&
    site.id === wish.site_id &&
    role === wish.role &&
    wish.check_point_ids.every((id) => hostOf(id) === agent_id)
  return agents.find(fits) ?? null
}
