/** How a recorded value is shown: none, yes and no, and what was left out, in words. Pure. */
import type { FieldChangeView } from '@client'

import type { KeyOf, Translate } from '@/words/use_words'

import type words from './words.json'

const NONE = '—'

export type Say = Translate<KeyOf<typeof words>>

/** Return a value as text. */
export function valueText(value: unknown, say: Say): string {
  if (value === null || value === undefined) return NONE
  if (typeof value === 'boolean') return say(value ? 'yes' : 'no')
  if (value === '' || (Array.isArray(value) && value.length === 0)) return say('nothing')
  if (Array.isArray(value)) return value.map((item) => valueText(item, say)).join(', ')
  return typeof value === 'string' || typeof value === 'number' ? String(value) : JSON.stringify(value)
}

/** Return one side of a change, with how much of it is not shown. */
export function changeText(change: FieldChangeView, side: 'before' | 'after', say: Say): string {
  if (change.is_hidden) return say('hidden')
  const more = side === 'before' ? change.more_before : change.more_after
  return [
    change.same > 0 ? say('same', { count: change.same }) : '',
    valueText(change[side], say),
    more > 0 ? say('more', { count: more }) : '',
  ]
    .filter(Boolean)
    .join(' ')
}

/** Return the page that shows a subject, as `order:17`; undefined where none does. */
export function pageOf(subject: string): string | undefined {
  const [kind = '', id = ''] = subject.split(':')
  if (!/^[0-9a-f]+$/.test(id)) return undefined
  switch (kind) {
    case 'order':
      return `/orders/${id}`
    case 'ticket':
      return `/tickets/${id}`
    case 'payment':
      return `/payments/${id}`
    case 'user':
      return `/users?open=${id}`
    case 'role':
      return `/roles?role=${id}`
    case 'site':
      return `/sites?site=${id}`
    default:
      return undefined
  }
}
