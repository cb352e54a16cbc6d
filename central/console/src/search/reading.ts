/** What is searched, and which pages a text names. Pure. */
import type { MatchView } from '@client'
import type { RouteLocationRaw } from 'vue-router'

import type { MenuEntry } from '@/shell/menu'

/** The most that central takes. */
export const MOST_CHARACTERS = 512
const MOST_PAGES = 8
const CONTROLS = /[\p{Cc}\p{Cf}\p{Cs}]+/gu

/** Return a text as it is searched: without the invisible marks that are pasted along, in digits and letters of half width. */
export function asSearched(text: string): string {
  return text.normalize('NFKC').slice(0, MOST_CHARACTERS).replace(CONTROLS, ' ').replace(/\s+/g, ' ').trim()
}

/** Return the pages whose title holds the text, in either language; those that begin with it first. */
export function pagesFound(text: string, pages: readonly MenuEntry[]): readonly MenuEntry[] {
  const wanted = text.toLowerCase()
  if (wanted === '') return []
  const place = ({ titles }: MenuEntry) =>
    Math.min(...titles.map((title) => title.toLowerCase().indexOf(wanted)).map((at) => (at < 0 ? Infinity : at)))
  return pages
    .filter((page) => place(page) < Infinity)
    .sort((one, other) => place(one) - place(other))
    .slice(0, MOST_PAGES)
}

/** Return where a result leads; null where no such page stands. `stands` knows pages by their key. */
export function destinationOf(match: MatchView, stands: (key: string) => boolean): RouteLocationRaw | null {
  const { ticket_id, payment_id, order_id } = match
  if (ticket_id !== null && stands('ticket')) return { name: 'ticket', params: { ticket_id } }
  if (payment_id !== null && stands('payment')) return { name: 'payment', params: { payment_id } }
  return stands('order') ? { name: 'order', params: { order_id } } : null
}

/** Whether a key opens the search: Ctrl+K anywhere, `/` where nobody types. An IME names the physical key alone. */
export function opensSearch(event: KeyboardEvent): boolean {
  const { key, code, ctrlKey, metaKey, altKey, shiftKey } = event
  if (altKey || event.isComposing) return false
  if (ctrlKey || metaKey) return code === 'KeyK' && !shiftKey
  return (key === '/' || (key === 'Process' && code === 'Slash')) && !isTyping(event.target)
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('input, textarea, select, [contenteditable], [role=textbox]') !== null
}
