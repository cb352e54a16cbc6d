/** A person as an administrator states one: added with a one-time password, or changed. */
import { addUser, changeUser, type NewPasswordView, readUser, type UserView } from '@client'

import { under } from '@/api/intention'
import type { FormOptions, Stated } from '@/forms/form'

export interface Person {
  name: string
  full_name: string
  channel: string
  role_ids: number[]
}

export const WINDOW = 'window'

/** Return what a form shows of a person. */
export function personOf({ name, full_name, channel, roles }: UserView): Person {
  return { name, full_name, channel, role_ids: roles.map(({ id }) => id) }
}

function stated(view: UserView): Stated<Person> {
  return { version: view.version, values: personOf(view) }
}

/** Return how a person is read and saved; null is a new one, whose one-time password `made` takes. */
export function personForm(user_id: number | null, made: (view: NewPasswordView) => void): FormOptions<Person> {
  const blank = () => ({ name: '', full_name: '', channel: WINDOW, role_ids: [] })
  if (user_id === null) {
    return {
      blank,
      save: async (body, { intention }) => {
        const view = (await addUser({ body, headers: under(intention) })).data
        made(view)
        return stated(view.user)
      },
    }
  }
  const path = { user_id }
  return {
    blank,
    read: async () => stated((await readUser({ path })).data),
    save: async ({ full_name, channel, role_ids }, { version }) =>
      stated((await changeUser({ path, body: { full_name, channel, role_ids, version } })).data),
  }
}
