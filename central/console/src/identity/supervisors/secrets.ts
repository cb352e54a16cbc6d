/** What a supervisor shows at a gate: a PIN that is typed twice, or a card that is read. */
import { setSupervisorCard, setSupervisorPin } from '@client'

import type { FormOptions } from '@/forms/form'

export type SecretKind = 'pin' | 'card'
export interface Secret {
  pin: string
  again: string
  card: string
}

/** Return whether both entries are there and differ. */
export function differ({ pin, again }: Pick<Secret, 'pin' | 'again'>): boolean {
  return again !== '' && pin !== again
}

/** Return how the secret of a person is set; nothing of it is ever read. */
export function secretForm(kind: SecretKind, name: string): FormOptions<Secret> {
  return {
    blank: () => ({ pin: '', again: '', card: '' }),
    save: async (values) => {
      if (kind === 'pin') await setSupervisorPin({ path: { name }, body: { pin: values.pin } })
      else await setSupervisorCard({ path: { name }, body: { card: values.card } })
      return { version: 0, values }
    },
  }
}
