/** Reading a list page by page. */
import { describe, expect, it } from 'vitest'

import type { ListedPage } from './declaration'
import { usePages } from './pages'

type Row = string
const keyOf = (row: Row) => row

/** A list whose answers come when the test says so. */
function listed() {
  const asked: {
    after: string | null
    signal: AbortSignal
    answer: (page: ListedPage<Row>) => void
    fail: (e: unknown) => void
  }[] = []
  const pages = usePages<Row>(
    (after, signal) => new Promise((answer, fail) => asked.push({ after, signal, answer, fail })),
    keyOf,
    () => 5,
  )
  return { asked, pages }
}

describe('pages', () => {
  it('follow the cursor to the end, and no row stands twice', async () => {
    const { asked, pages } = listed()
    const begun = pages.begin()
    expect(pages.isReading.value).toBe(true)
    asked[0]?.answer({ items: ['a', 'b'], next: 'b' })
    await begun
    expect(pages.hasMore.value).toBe(true)
    const more = pages.more()
    expect(asked[1]?.after).toBe('b')
    asked[1]?.answer({ items: ['b', 'c'], next: null })
    await more
    expect(pages.rows.value).toEqual(['a', 'b', 'c'])
    expect(pages.hasMore.value).toBe(false)
    expect(pages.readAt.value).toBe(5)
  })

  it('of two readings keep the later one', async () => {
    const { asked, pages } = listed()
    const [old, late] = [pages.begin(), pages.begin()]
    expect(asked[0]?.signal.aborted).toBe(true)
    asked[1]?.answer({ items: ['new'] })
    asked[0]?.answer({ items: ['old'] })
    await Promise.all([old, late])
    expect(pages.rows.value).toEqual(['new'])
    expect(pages.isReading.value).toBe(false)
  })

  it('keep what was read when a reading fails', async () => {
    const { asked, pages } = listed()
    const begun = pages.begin()
    asked[0]?.answer({ items: ['a'], next: 'a' })
    await begun
    const more = pages.more()
    asked[1]?.fail(new Error('away'))
    await more
    expect(pages.rows.value).toEqual(['a'])
    expect(pages.fault.value).toBeInstanceOf(Error)
  })

  it('put new rows above, unless the gap is longer than a page', async () => {
    const { asked, pages } = listed()
    const begun = pages.begin()
    asked[0]?.answer({ items: ['b', 'a'] })
    await begun
    const above = pages.above()
    asked[1]?.answer({ items: ['d', 'c', 'b'] })
    expect(await above).toBe(true)
    expect(pages.rows.value).toEqual(['d', 'c', 'b', 'a'])
    const far = pages.above()
    asked[2]?.answer({ items: ['z', 'y'] })
    expect(await far).toBe(false)
    expect(pages.rows.value).toEqual(['d', 'c', 'b', 'a'])
  })

  it('show what changed of the rows next to the new ones', async () => {
    const answers = [
      [{ id: 1, state: 'pending' }],
      [
        { id: 2, state: 'pending' },
        { id: 1, state: 'passed' },
      ],
    ]
    const pages = usePages(
      () => Promise.resolve({ items: answers.shift() ?? [] }),
      ({ id }) => String(id),
    )
    await pages.begin()
    expect(await pages.above()).toBe(true)
    expect(pages.rows.value).toEqual([
      { id: 2, state: 'pending' },
      { id: 1, state: 'passed' },
    ])
  })
})
