// @vitest-environment jsdom
/** A list at work, with operations that answer when the test says so. */
import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { h } from 'vue'
import { createMemoryHistory, createRouter } from 'vue-router'

import { Refused } from '@/api/problem'
import { areSitesRead } from '@/shell/sites'
import { chooseLanguage } from '@/words/language'
import { wordsPlugin } from '@/words/use_words'

import type { ListDeclaration, ListedPage } from './declaration'
import ListPage from './ListPage.vue'

vi.mock('@client', () => ({
  listSites: vi.fn(),
  readPreferences: () => Promise.resolve({ data: { views: [], density: 'comfortable' } }),
  changePreferences: vi.fn(),
  listKeptExports: () => Promise.resolve({ data: { items: [] } }),
}))

interface Row {
  id: number
}
type Query = Record<string, unknown>
interface Asked {
  query: Query
  answer: (page: ListedPage<Row>) => void
  fail: (error: unknown) => void
}

let leave: () => void
let asked: Asked[] = []
let counted: ((sum: { rows: number }) => void)[] = []

function declared(): ListDeclaration<Row, Query, { rows: number }> {
  return {
    key: 'things',
    title: () => 'Things',
    empty: () => 'Make one.',
    filters: [
      { kind: 'days', label: () => 'Days' },
      { kind: 'text', key: 'word', label: () => 'Word', most: 10 },
    ],
    columns: [{ key: 'id', label: () => 'Id', text: ({ id }) => String(id), isNumber: true, sum: ({ rows }) => `sum ${rows}` }],
    isOfSite: true,
    sorts: ['newest', 'oldest'],
    drawer: () => h('i'),
    rowKey: ({ id }) => String(id),
    list: ({ query }) => new Promise((resolve, fail) => asked.push({ query, answer: (data) => resolve({ data }), fail })),
    totals: {
      read: () => new Promise((resolve) => counted.push((data) => resolve({ data }))),
      count: ({ rows }) => rows,
    },
  }
}

async function shown(address = '/things', newRows = 0) {
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/things', component: { template: '' } }] })
  await router.push(address)
  // A generic component has no constructor type that `mount` understands.
  const page = mount(ListPage as never, {
    props: { declaration: declared(), newRows } as never,
    global: { plugins: [router, wordsPlugin()] },
    attachTo: document.body,
  })
  await flushPromises()
  leave = () => {
    page.unmount()
  }
  return { page, router }
}

beforeEach(() => {
  asked = []
  counted = []
  areSitesRead.value = true
  chooseLanguage('en')
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], now: Date.parse('2026-05-10T17:00:00Z') })
})
afterEach(() => {
  leave()
  vi.useRealTimers()
})

const lines = (page: { findAll: (selector: string) => { text: () => string }[] }) =>
  page.findAll('tbody tr[tabindex]').map((line) => line.text())

describe('a list', () => {
  it("asks for the site's day, shows a skeleton when that lasts, and counts after the rows", async () => {
    const { page } = await shown()
    expect(asked[0]?.query).toEqual({ first_day: '2026-05-11', last_day: '2026-05-11', limit: 50 })
    expect(page.findAll('.bone')).toHaveLength(0)
    vi.advanceTimersByTime(150)
    await flushPromises()
    expect(page.findAll('.bone')).toHaveLength(10)
    expect(counted).toHaveLength(0)
    asked[0]?.answer({ items: [{ id: 2 }, { id: 1 }] })
    await flushPromises()
    expect(lines(page)).toEqual(['2', '1'])
    expect(page.find('tfoot').text()).toBe('…')
    vi.advanceTimersByTime(2_000)
    await flushPromises()
    expect(page.text()).toContain('Counting Things, 2026-05-11…')
    counted[0]?.({ rows: 2 })
    await flushPromises()
    expect(page.find('tfoot').text()).toBe('sum 2')
    expect(page.text()).toContain('2 in all')
  })

  it('brings new rows in above by itself, and says so', async () => {
    const { page } = await shown('/things', 1)
    asked[0]?.answer({ items: [{ id: 1 }] })
    await flushPromises()
    asked[1]?.answer({ items: [{ id: 2 }, { id: 1 }] })
    await flushPromises()
    expect(lines(page)).toEqual(['2', '1'])
    expect(page.emitted('taken')).toHaveLength(1)
  })

  it('brings new rows in only when it is asked to while a row is open', async () => {
    const { page } = await shown('/things?open=1', 1)
    asked[0]?.answer({ items: [{ id: 1 }] })
    await flushPromises()
    expect(asked).toHaveLength(1)
    await page.find('.new button').trigger('click')
    asked[1]?.answer({ items: [{ id: 2 }, { id: 1 }] })
    await flushPromises()
    expect(lines(page)).toEqual(['2', '1'])
    expect(page.emitted('taken')).toHaveLength(1)
  })

  it('looks for the row of a link on later pages, and says where it is in none', async () => {
    const { page } = await shown('/things?days=all&open=9')
    asked[0]?.answer({ items: [{ id: 1 }], next: 'a' })
    await flushPromises()
    expect(asked[1]?.query).toEqual({ limit: 50, after: 'a' })
    asked[1]?.answer({ items: [{ id: 2 }] })
    await flushPromises()
    expect(asked).toHaveLength(2)
    expect(page.find('[role=dialog]').text()).toContain('This record is not in the list')
  })

  it('keeps what was typed when the permission is gone, and shows what central says of it', async () => {
    const { page } = await shown('/things?word=abc')
    const problem = { title: 'Not permitted', detail: 'It takes things.read', status: 403, instance: 'urn:paifang:request:r1' }
    asked[0]?.fail(new Refused({ ...problem, code: 'forbidden' } as never))
    await flushPromises()
    expect(page.text()).toContain('It takes things.read')
    expect(page.text()).toContain('r1')
    expect(page.find<HTMLInputElement>('input[id$="-word"]').element.value).toBe('abc')
  })

  it('does not ask again for another page of the console, nor for columns', async () => {
    const { router } = await shown()
    asked[0]?.answer({ items: [{ id: 1 }] })
    await flushPromises()
    await router.push('/things?columns=id')
    await flushPromises()
    expect(asked).toHaveLength(1)
    await router.push('/things?word=x')
    await flushPromises()
    expect(asked[1]?.query).toMatchObject({ word: 'x' })
  })
})
