/** The sites, and the one that the pages are about: the person's choice, kept in this browser; null is all of them. */
import { listSites, type SiteView } from '@client'
import { computed, ref, shallowRef } from 'vue'

import { language } from '@/words/language'

const KEY = 'paifang.site'
const MOST = 200
const DEFAULT_ZONE = 'Asia/Shanghai'

const read = shallowRef<readonly SiteView[]>([])
/** Whether the sites are known: before, a page cannot say which one it is about. */
export const areSitesRead = ref(false)
const chosen = ref<number | null>(Number(localStorage.getItem(KEY)) || null)

export const sites = computed(() =>
  read.value.map((site) => ({
    id: site.site_id,
    name: language.value === 'zh-CN' ? site.parameters.name_zh : site.parameters.name_en || site.parameters.name_zh,
    zone: site.parameters.zone ?? DEFAULT_ZONE,
    dayEndsAtHour: site.parameters.day_ends_at_hour ?? 0,
  })),
)
/** The chosen site; the only one where there is one; null: all. */
export const site = computed(
  () => sites.value.find(({ id }) => id === chosen.value) ?? (sites.value.length === 1 ? sites.value[0] : null) ?? null,
)
/** The zone and the end of the day by which times are shown: of the chosen site, else of the first. */
export const clockSite = computed(() => site.value ?? sites.value[0] ?? { zone: DEFAULT_ZONE, dayEndsAtHour: 0 })

export function chooseSite(id: number | null): void {
  chosen.value = id
  if (id === null) localStorage.removeItem(KEY)
  else localStorage.setItem(KEY, String(id))
}

/** Begin with a site where this browser has no choice yet. */
export function beginWithSite(id: number | null): void {
  chosen.value ??= id
}

export async function readTheSites(): Promise<void> {
  read.value = (await listSites({ query: { limit: MOST } })).data.items
  areSitesRead.value = true
}
