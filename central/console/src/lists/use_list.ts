/**
 * A list at work: its state in the address, its rows, its sums, its open row.
 *
 * Laws: the address alone says what is listed; sums are read after the rows; a row that a link names is looked for as far as
 * `MOST_SOUGHT` rows.
 */
import { computed, type ComputedRef, onMounted, ref, shallowRef, watch } from 'vue'
import { useRoute, useRouter } from 'vue-router'

import { areSitesRead, clockSite, site } from '@/shell/sites'
import { centralNow } from '@/times/central_clock'
import { siteDay } from '@/times/site_day'
import { language } from '@/words/language'

import { addressOf, BEGINNING, beginningOf, type ListState, queryOf, stateIn, type Value } from './address'
import { type Days, pinned } from './days'
import type { ListDeclaration, Sort } from './declaration'
import { usePages } from './pages'
import { useReading } from './reading'

export const PAGE_ROWS = 50
const MOST_SOUGHT = 1_000

/** Return the list's state, which follows the address while the page is the one in view, and ways to change it. */
function useAddress(declaration: ListDeclaration<never, never, never, Sort>, today: ComputedRef<string>) {
  const route = useRoute()
  const router = useRouter()
  const path = route.path
  const state = shallowRef<ListState>(stateIn(route.query, declaration))
  watch(
    () => route.query,
    (query) => {
      if (route.path === path) state.value = stateIn(query, declaration)
    },
  )
  let wasOpenedHere = false

  const go = (next: ListState, how: 'push' | 'replace') => router[how]({ path, query: addressOf(next, declaration) })
  return {
    state,
    apply: (days: Days, values: Record<string, Value>) => go({ ...state.value, days, values, open: null }, 'push'),
    reset: () => go(beginningOf(declaration), 'push'),
    order: (sort: Sort) => go({ ...state.value, sort, open: null }, 'push'),
    chooseColumns: (keys: readonly string[] | null) => {
      const columns = declaration.columns.filter(({ key }) => keys?.includes(key)).map(({ key }) => key)
      return go({ ...state.value, columns: keys === null ? null : columns }, 'replace')
    },
    show: (filter: string, columns: readonly string[] | null) => {
      const asked = stateIn(Object.fromEntries(new URLSearchParams(filter)), declaration)
      return go({ ...asked, columns, open: null }, 'push')
    },
    /** The link names its days: tomorrow it still leads to the row. */
    open: (key: string) => {
      const how = state.value.open === null ? 'push' : 'replace'
      if (how === 'push') wasOpenedHere = true
      return go({ ...state.value, days: pinned(state.value.days, today.value), open: key }, how)
    },
    close: () => {
      if (wasOpenedHere) router.back()
      else void go({ ...state.value, open: null }, 'replace')
      wasOpenedHere = false
    },
  }
}

export function useList<Row, Query, Totals, Order extends Sort>(declaration: ListDeclaration<Row, Query, Totals, Order>) {
  const now = ref(centralNow())
  const today = computed(() => siteDay(now.value, clockSite.value))
  const address = useAddress(declaration as unknown as ListDeclaration<never, never, never, Sort>, today)
  const { state } = address
  // The keys of filters are the query's own: the declaration says so, and central refuses any other.
  const query = computed(() => queryOf(state.value, declaration, today.value, site.value?.id ?? null) as unknown as Query)
  const question = computed(() => JSON.stringify([query.value, state.value.sort]))
  const answered = ref('')
  let asking = ''
  const isAnotherQuestion = computed(() => answered.value !== question.value)

  const pages = usePages<Row>(async (after, signal) => {
    const sort = declaration.sorts.find((each) => each === state.value.sort && each !== BEGINNING.sort)
    const paging = {
      limit: PAGE_ROWS,
      ...(after === null ? {} : { after }),
      ...(sort === undefined ? {} : { sort }),
    }
    return (await declaration.list({ query: { ...query.value, ...paging }, signal })).data
  }, declaration.rowKey)
  const totals = useReading<Totals | null>(async (signal) =>
    declaration.totals === undefined ? null : (await declaration.totals.read({ query: query.value, signal })).data,
  )
  const openIndex = computed(() => pages.rows.value.findIndex((row) => declaration.rowKey(row) === state.value.open))
  const isSeeking = ref(false)

  async function seek(): Promise<void> {
    if (state.value.open === null || openIndex.value >= 0) return
    isSeeking.value = true
    while (openIndex.value < 0 && pages.hasMore.value && pages.rows.value.length < MOST_SOUGHT && pages.fault.value === null) {
      await pages.more()
    }
    isSeeking.value = false
  }

  /** Read the first page and the sums. */
  async function load(): Promise<void> {
    now.value = centralNow()
    const asked = (asking = question.value)
    if (isAnotherQuestion.value) totals.clear()
    await pages.begin()
    if (asked !== question.value) return
    if (pages.fault.value !== null) {
      if (isAnotherQuestion.value) pages.clearRows()
      answered.value = asked
      return
    }
    answered.value = asked
    void totals.begin()
    await seek()
  }

  onMounted(() => {
    watch(
      [question, areSitesRead],
      ([asked, areRead]) => {
        if (areRead && asked !== asking) void load()
      },
      { immediate: true },
    )
    // The names of things come in the language that the request asks for.
    watch(language, () => void load())
  })

  async function walk(step: 1 | -1): Promise<string | null> {
    const to = openIndex.value + step
    if (to >= pages.rows.value.length && pages.hasMore.value) await pages.more()
    const row = pages.rows.value[to]
    if (row === undefined) return null
    await address.open(declaration.rowKey(row))
    return declaration.rowKey(row)
  }

  /** Bring the new rows in: above what is read where the newest come first. */
  async function takeNew(): Promise<void> {
    if (state.value.sort !== BEGINNING.sort || pages.rows.value.length === 0 || !(await pages.above())) await load()
    else void totals.begin()
  }

  return { address, state, query, today, pages, totals, openIndex, isSeeking, isAnotherQuestion, load, walk, takeNew }
}
