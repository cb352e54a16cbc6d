/**
 * The rows of a list that are in view: read page by page behind a cursor.
 *
 * Laws: of two readings only the later one counts; a fault takes away nothing that was read; new rows come in above, and no row
 * stands twice.
 */
import { type Ref, ref, shallowRef } from 'vue'

import { centralNow } from '@/times/central_clock'

import type { ListedPage } from './declaration'

export type ReadPage<Row> = (after: string | null, signal: AbortSignal) => Promise<ListedPage<Row>>
export interface Pages<Row> {
  rows: Ref<readonly Row[]>
  hasMore: Ref<boolean>
  isReading: Ref<boolean>
  isReadingMore: Ref<boolean>
  fault: Ref<unknown>
  /** When the rows were read, by central's clock; null: not yet. */
  readAt: Ref<number | null>
  /** Forget the rows, not the fault: they belong to another question. */
  clearRows: () => void
  begin: () => Promise<void>
  more: () => Promise<void>
  /** Read what is new above, and what changed of the rows next to it; false where the gap is longer than a page, so that one must begin again. */
  above: () => Promise<boolean>
}

export function usePages<Row>(read: ReadPage<Row>, keyOf: (row: Row) => string, now: () => number = centralNow): Pages<Row> {
  const rows: Ref<readonly Row[]> = shallowRef([])
  const next = ref<string | null>(null)
  const hasMore = ref(false)
  const isReading = ref(false)
  const isReadingMore = ref(false)
  const fault = shallowRef<unknown>(null)
  const readAt = ref<number | null>(null)
  let latest = new AbortController()

  async function turn(after: string | null, flag: Ref<boolean>, take: (page: ListedPage<Row>) => void): Promise<void> {
    latest.abort()
    const mine = (latest = new AbortController())
    isReading.value = isReadingMore.value = false
    flag.value = true
    try {
      const page = await read(after, mine.signal)
      if (mine !== latest) return
      take(page)
      fault.value = null
      readAt.value = now()
    } catch (error) {
      if (mine === latest) fault.value = error
    } finally {
      if (mine === latest) flag.value = false
    }
  }

  function goOn(after: string | null | undefined): void {
    next.value = after ?? null
    hasMore.value = next.value !== null
  }

  function without(known: readonly Row[], items: readonly Row[]): readonly Row[] {
    const keys = new Set(known.map(keyOf))
    return items.filter((row) => !keys.has(keyOf(row)))
  }

  return {
    rows,
    hasMore,
    isReading,
    isReadingMore,
    fault,
    readAt,
    clearRows() {
      rows.value = []
      readAt.value = null
      goOn(null)
    },
    begin: () =>
      turn(null, isReading, (page) => {
        rows.value = page.items
        goOn(page.next)
      }),
    more: () =>
      turn(next.value, isReadingMore, (page) => {
        rows.value = [...rows.value, ...without(rows.value, page.items)]
        goOn(page.next)
      }),
    async above() {
      let isWhole = true
      await turn(null, isReadingMore, (page) => {
        const fresh = without(rows.value, page.items)
        isWhole = fresh.length < page.items.length || page.items.length === 0
        const known = new Map(page.items.map((row) => [keyOf(row), row]))
        if (isWhole) rows.value = [...fresh, ...rows.value.map((row) => known.get(keyOf(row)) ?? row)]
      })
      return isWhole
    },
  }
}
