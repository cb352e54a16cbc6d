/** A program's token as an administrator states it: whom it acts for, what it may do, until when. */
import { addToken, listTokens, type NewTokenView, type Permission, type TokenView } from '@client'

import { under } from '@/api/intention'
import type { FormOptions } from '@/forms/form'
import type { Mark } from '@/lists/declaration'
import { dayIn } from '@/times/day_text'

export interface Token {
  user_id: number | null
  name: string
  permissions: Permission[]
  /** The last day on which it works, as it is typed; empty: it never ends by itself. */
  expires_at: string
}
export type TokenStanding = 'revoked' | 'over' | 'active'
export const MARKS: Readonly<Record<TokenStanding, Mark>> = { active: 'ok', over: 'off', revoked: 'off' }
const MOST = 200

/** Return whether a token works at an instant (ms). */
export function tokenStanding(token: Pick<TokenView, 'revoked_at' | 'expires_at'>, now: number): TokenStanding {
  if (token.revoked_at !== null) return 'revoked'
  return token.expires_at !== null && Date.parse(token.expires_at) <= now ? 'over' : 'active'
}

/** Return how a token is made; `made` takes its text, which is shown once, and `endOf` says when a day is over. */
export function tokenForm(made: (view: NewTokenView) => void, endOf: (day: string) => string): FormOptions<Token> {
  return {
    blank: () => ({ user_id: null, name: '', permissions: [], expires_at: '' }),
    save: async (values, { intention }) => {
      const { user_id, name, permissions } = values
      const last = dayIn(values.expires_at)
      if (last === null) throw new Error('the field tells the form of what is no day')
      const body = { user_id: user_id ?? 0, name, permissions, expires_at: last === '' ? null : endOf(last) }
      made((await addToken({ body, headers: under(intention) })).data)
      return { version: 0, values }
    },
  }
}

/** Return all tokens, the newest first. */
export async function allTokens(): Promise<TokenView[]> {
  const found: TokenView[] = []
  let after: string | null | undefined
  do {
    const page = (await listTokens({ query: { limit: MOST, ...(after ? { after } : {}) } })).data
    found.push(...page.items)
    after = page.next
  } while (after)
  return found.reverse()
}
