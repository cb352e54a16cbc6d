/**
 * What a person prefers, kept by central: language, colours, pinned pages, saved views, density.
 *
 * Law: a change that another window overtook is made again on what stands there now; it takes nothing of the other's away.
 */
import { changePreferences, type PreferencesBody, type PreferencesView, readPreferences, type SavedViewBody } from '@client'
import { shallowRef } from 'vue'

import { Refused } from '@/api/problem'

export type Wish = Partial<Omit<PreferencesBody, 'version' | 'default_site_id'>>

export const preferences = shallowRef<PreferencesView | null>(null)

export async function readThePreferences(): Promise<PreferencesView> {
  preferences.value = (await readPreferences()).data
  return preferences.value
}

function bodyOf({ default_site, version, language, theme, density, pinned_pages, views }: PreferencesView): PreferencesBody {
  return { version, language, theme, density, pinned_pages, views, default_site_id: default_site?.id ?? null }
}

/** Change what is preferred; `wish` says what of it, given what stands there now. */
export async function prefer(wish: (now: PreferencesView) => Wish): Promise<void> {
  const put = async (now: PreferencesView) => {
    preferences.value = (await changePreferences({ body: { ...bodyOf(now), ...wish(now) } })).data
  }
  try {
    await put(preferences.value ?? (await readThePreferences()))
  } catch (error) {
    if (!(error instanceof Refused) || error.code !== 'version_conflict') throw error
    await put(await readThePreferences())
  }
}

/** Return the views with this one: in place of the one of its name, else at the end. Pure. */
export function withView(views: readonly SavedViewBody[], view: SavedViewBody): SavedViewBody[] {
  const isSame = (one: SavedViewBody) => one.list_key === view.list_key && one.name === view.name
  return views.some(isSame) ? views.map((one) => (isSame(one) ? view : one)) : [...views, view]
}

/** Return the views without the one of a name. Pure. */
export function withoutView(views: readonly SavedViewBody[], listKey: string, name: string): SavedViewBody[] {
  return views.filter((one) => one.list_key !== listKey || one.name !== name)
}
