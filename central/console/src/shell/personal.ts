/**
 * What central keeps of a person's choices, taken over at the start and kept after each choice.
 *
 * Law: what was pressed counts here at once, whether central could keep it or not.
 */
import { watch } from 'vue'

import { prefer, readThePreferences, type Wish } from '@/identity/preferences'
import { chooseTheme, theme } from '@/theme/theme'
import { chooseLanguage, language } from '@/words/language'

import { beginWithSite } from './sites'

function keep(wish: Wish): void {
  void prefer(() => wish).catch(() => undefined)
}

/** Show the screens as the person chose on any computer, and keep what is chosen from now on. */
export async function followChoices(): Promise<void> {
  const kept = await readThePreferences()
  if (kept.language !== 'browser') chooseLanguage(kept.language)
  if (kept.theme !== 'system') chooseTheme(kept.theme)
  beginWithSite(kept.default_site?.id ?? null)
}

/** Keep what is chosen while the shell stands. */
export function keepChoices(): void {
  watch(language, (next) => {
    keep({ language: next })
  })
  watch(theme, (next) => {
    keep({ theme: next })
  })
}
