/** The language of the screens: the person's choice, else the browser's; Chinese where the browser names any Chinese. */
import { computed, ref } from 'vue'

export const LANGUAGES = ['zh-CN', 'en'] as const
export type Language = (typeof LANGUAGES)[number]

const KEY = 'paifang.language'

/** Return the language that a list of browser languages asks for. */
export function languageFor(chosen: string | null, wanted: readonly string[]): Language {
  const named = LANGUAGES.find((language) => language === chosen)
  if (named) return named
  return wanted.length === 0 || wanted.some((language) => language.toLowerCase().startsWith('zh')) ? 'zh-CN' : 'en'
}

const current = ref<Language>(languageFor(localStorage.getItem(KEY), navigator.languages))

export const language = computed(() => current.value)

/** Show the screens in a language, now and at the next start. */
export function chooseLanguage(next: Language): void {
  current.value = next
  localStorage.setItem(KEY, next)
}
