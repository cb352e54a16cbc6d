// @vitest-environment jsdom
/** What is searched, when central is asked, and what opens the search. */
import type { MatchView } from '@client'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope, ref, type EffectScope } from 'vue'

import { asSearched, destinationOf, MOST_CHARACTERS, opensSearch, pagesFound } from './reading'
import { PAUSE_MS, useSearch } from './search'

const page = (key: string, ...titles: string[]) => ({ key, titles, title: titles[0] ?? '', path: `/${key}` })
const PAGES = [
  page('refunds', '退票管理', 'Refunds'),
  page('admissions', '检票记录', 'Admission records'),
  page('records', '记录', 'Records'),
]

describe('a text is searched', () => {
  it.each([
    ['as it is', 'PF1ABC', 'PF1ABC'],
    ['without blanks around it', '  12 34\t', '12 34'],
    ['without marks that nobody sees', '\u202A138\u200E0013\u200B8000\u202C', '138 0013 8000'],
    ['in half width', '１３８００１３８０００', '13800138000'],
    ['with markup as text', '<b>x</b>', '<b>x</b>'],
    ['without half a character', `${'x'.repeat(MOST_CHARACTERS - 1)}👍`, 'x'.repeat(MOST_CHARACTERS - 1)],
    ['as far as central takes it', 'x'.repeat(10_000), 'x'.repeat(MOST_CHARACTERS)],
  ])('%s', (_how, text, expected) => {
    expect(asSearched(text)).toBe(expected)
  })
})

describe('pages are found', () => {
  it.each([
    ['检票', ['admissions']],
    ['记录', ['records', 'admissions']],
    ['RECORDS', ['records', 'admissions']],
    ['退', ['refunds']],
    ['.*', []],
    ['', []],
  ])('by %s', (text, keys) => {
    expect(pagesFound(text, PAGES).map(({ key }) => key)).toEqual(keys)
  })
})

describe('a result leads', () => {
  const match = (more: Partial<MatchView>) => ({ order_id: 7, ticket_id: null, payment_id: null, ...more }) as MatchView
  it.each<[string, Partial<MatchView>, string[], unknown]>([
    ['to its ticket', { ticket_id: 'ab' }, ['ticket', 'order'], { name: 'ticket', params: { ticket_id: 'ab' } }],
    ['to the order of its ticket', { ticket_id: 'ab' }, ['order'], { name: 'order', params: { order_id: 7 } }],
    ['to its payment', { payment_id: 3 }, ['payment', 'order'], { name: 'payment', params: { payment_id: 3 } }],
    ['to its order', {}, ['ticket', 'order'], { name: 'order', params: { order_id: 7 } }],
    ['nowhere while there is no page', { ticket_id: 'ab' }, [], null],
  ])('%s', (_where, more, standing, expected) => {
    expect(destinationOf(match(more), (key) => standing.includes(key))).toEqual(expected)
  })
})

describe('the search is opened', () => {
  const field = document.createElement('input')
  it.each<[string, KeyboardEventInit, Element, boolean]>([
    ['by Ctrl+K', { key: 'k', code: 'KeyK', ctrlKey: true }, document.body, true],
    ['by Ctrl+K in a field', { key: 'k', code: 'KeyK', ctrlKey: true }, field, true],
    ['by /', { key: '/', code: 'Slash' }, document.body, true],
    ['by / as another keyboard has it', { key: '/', code: 'Digit7', shiftKey: true }, document.body, true],
    ['by / while an IME is on', { key: 'Process', code: 'Slash' }, document.body, true],
    ['not by / in a field', { key: '/', code: 'Slash' }, field, false],
    ['not by Ctrl+Shift+K', { key: 'K', code: 'KeyK', ctrlKey: true, shiftKey: true }, document.body, false],
    ['not by k', { key: 'k', code: 'KeyK' }, document.body, false],
    ['not by the key of a dash', { key: '-', code: 'Slash' }, document.body, false],
  ])('%s', (_how, init, target, expected) => {
    let isOpened = null as boolean | null
    target.addEventListener('keydown', (event) => (isOpened = opensSearch(event as KeyboardEvent)), { once: true })
    target.dispatchEvent(new KeyboardEvent('keydown', init))
    expect(isOpened).toBe(expected)
  })
})

describe('central is asked', () => {
  const asked: string[] = []
  const answers: ((matches: MatchView[]) => void)[] = []
  const may = ref(true)
  let scope: EffectScope
  let search: ReturnType<typeof useSearch>

  beforeEach(() => {
    vi.useFakeTimers()
    asked.length = answers.length = 0
    may.value = true
    scope = effectScope()
    const ask = (text: string) => (asked.push(text), new Promise<MatchView[]>((resolve) => answers.push(resolve)))
    search = scope.run(() => useSearch(ask, may)) as ReturnType<typeof useSearch>
  })
  afterEach(() => {
    scope.stop()
    vi.useRealTimers()
  })

  function type(text: string, gapMs: number): void {
    for (const character of text) {
      search.text.value += character
      vi.advanceTimersByTime(gapMs)
    }
  }

  it.each([8, 60, PAUSE_MS - 1])('once for a code whose keys are %i ms apart', (gapMs) => {
    type('PF1ABCDEF0123456789', gapMs)
    vi.advanceTimersByTime(PAUSE_MS)
    expect(asked).toEqual(['PF1ABCDEF0123456789'])
  })

  it('at once at Enter, and not again after the pause', () => {
    type('138', 8)
    void search.look()
    expect(asked).toEqual(['138'])
    vi.advanceTimersByTime(PAUSE_MS)
    expect(asked).toEqual(['138'])
  })

  it('and an answer to an earlier text is not shown', async () => {
    type('1', PAUSE_MS)
    type('2', PAUSE_MS)
    answers[1]?.([])
    await vi.advanceTimersByTimeAsync(0)
    expect(search.found.value).toEqual([])
    answers[0]?.([{ order_id: 1 } as MatchView])
    await vi.advanceTimersByTimeAsync(0)
    expect(search.found.value).toEqual([])
    expect(search.isLooking.value).toBe(false)
  })

  it.each([
    ['blanks', '   ', true],
    ['who may not', '138', false],
  ])('nothing for %s', (_what, text, allowed) => {
    may.value = allowed
    type(text, PAUSE_MS)
    expect(asked).toEqual([])
    expect(search.isLooking.value).toBe(false)
  })
})
