/**
 * Who is signed in, in this page.
 *
 * Laws: when a session has ended, only the same person goes on with what is typed; somebody else begins with an empty page. A
 * dialog that asks a person is asked for once, however many requests wait for it.
 */
import { readSession, signIn, signOut, type SessionView } from '@client'
import { computed, readonly, ref, shallowRef } from 'vue'

import { Refused } from '@/api/problem'

export type Permission = string
export interface Credentials {
  name: string
  password: string
  totp_code?: string
}

const session = shallowRef<SessionView | null>(null)
const known = ref(false)

export const person = computed(() => session.value)
/** Whether it is known yet if somebody is signed in. */
export const isKnown = readonly(known)

export function csrfToken(): string | null {
  return session.value?.csrf_token ?? null
}

export function may(permission: Permission): boolean {
  return session.value?.permissions.includes(permission) ?? false
}

/** Find out who is signed in, at the start of the page. */
export async function recall(): Promise<void> {
  try {
    session.value = (await readSession()).data
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    session.value = null
  } finally {
    known.value = true
  }
}

export async function enter(credentials: Credentials): Promise<void> {
  session.value = (await signIn({ body: credentials })).data
}

/** Take over what an operation on the session answered. */
export function renew(view: SessionView): void {
  session.value = view
}

/** End the session here and at central; the page begins empty, whatever central answers. */
export async function leave(): Promise<void> {
  try {
    await signOut()
  } finally {
    session.value = null
    window.location.assign(import.meta.env.BASE_URL)
  }
}

/** A question to the person that several requests may wait for: asked once, answered for all. */
export class Question {
  readonly isOpen = ref(false)
  #asked: Promise<boolean> | null = null
  #answer: ((answer: boolean) => void) | null = null

  ask(): Promise<boolean> {
    this.#asked ??= new Promise((resolve) => {
      this.isOpen.value = true
      this.#answer = resolve
    })
    return this.#asked
  }

  answer(answer: boolean): void {
    this.#answer?.(answer)
    this.#asked = this.#answer = null
    this.isOpen.value = false
  }
}

export const sessionEnded = new Question()
export const proofWanted = new Question()
