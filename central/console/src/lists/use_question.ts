/**
 * A question whose whole answer is read at once, as figures of some days: its filters in the address, its answer beside them.
 *
 * Laws: the address alone says what is asked; an open end of the days is as if it were not stated, because figures need both;
 * what was read stays, pale, until the next answer is there.
 */
import { computed, onMounted, ref, shallowRef, watch } from 'vue'
import { useRoute, useRouter } from 'vue-router'

import { areSitesRead, clockSite, site } from '@/shell/sites'
import { centralNow } from '@/times/central_clock'
import { siteDay } from '@/times/site_day'
import { language } from '@/words/language'

import { addressOf, beginningOf, closedState, type ListState, queryOf, type Value } from './address'
import type { Days } from './days'
import type { Filter } from './declaration'
import { useReading } from './reading'

export interface DayRangeQuery {
  first_day: string
  last_day: string
}
interface Asked {
  filters: readonly Filter[]
  daysAtFirst: Days
  isOfSite: boolean
}

/** Return the question and its answer. Call it in `setup`. */
export function useQuestion<Query extends DayRangeQuery, T>(
  asked: Asked,
  read: (query: Query, signal: AbortSignal) => Promise<T>,
) {
  const route = useRoute()
  const router = useRouter()
  const path = route.path
  const now = ref(centralNow())
  const today = computed(() => siteDay(now.value, clockSite.value))
  const raw = shallowRef(route.query)
  watch(
    () => route.query,
    (query) => {
      if (route.path === path) raw.value = query
    },
  )
  const state = computed(() => closedState(raw.value, asked, today.value))
  // The keys of filters are the query's own, and both days are stated: central refuses any other.
  const query = computed(
    () => queryOf(state.value, { ...asked, columns: [], sorts: [] }, today.value, site.value?.id ?? null) as unknown as Query,
  )
  const question = computed(() => JSON.stringify(query.value))
  const answered = ref('')
  const readAt = ref<number | null>(null)
  const reading = useReading(async (signal) => {
    const asking = question.value
    const found = await read(query.value, signal)
    answered.value = asking
    readAt.value = centralNow()
    return found
  })

  async function load(): Promise<void> {
    now.value = centralNow()
    await reading.begin()
  }
  const go = (next: ListState) => router.push({ path, query: addressOf(next, asked) })

  onMounted(() => {
    watch(
      [question, areSitesRead, language],
      ([, areRead]) => {
        if (areRead) void load()
      },
      { immediate: true },
    )
  })
  return {
    state,
    today,
    query,
    reading,
    readAt,
    load,
    isAnotherQuestion: computed(() => answered.value !== question.value),
    reset: () => go(beginningOf(asked)),
    apply(days: Days, values: Record<string, Value>) {
      const next = { ...state.value, days, values, open: null }
      const isSame = JSON.stringify(addressOf(next, asked)) === JSON.stringify(addressOf(state.value, asked))
      return isSame ? load() : go(next)
    },
  }
}
export type Question<Query extends DayRangeQuery, T> = ReturnType<typeof useQuestion<Query, T>>
