/**
 * A screen's texts: each folder has one `words.json` with both languages; no text stands in a template or in logic.
 *
 * What comes from people or from central is given by name, and is never read as a pattern.
 */
import { effectScope, type Ref, watch } from 'vue'
import { createI18n } from 'vue-i18n'

import { language, type Language } from './language'

interface Tree {
  [key: string]: string | Tree
}
export type Words = Record<Language, Tree>
type Key<T> = T extends string
  ? never
  : { [K in keyof T & string]: T[K] extends string ? K : `${K}.${Key<T[K]>}` }[keyof T & string]
export type KeyOf<W extends Words> = Key<W['zh-CN']>
export type Translate<K extends string = string> = (key: K, named?: Record<string, string | number>) => string

const OPTIONS = { legacy: false, fallbackLocale: false, missingWarn: false, fallbackWarn: false } as const

// Its own types unfold every message of every language; the keys are typed here.
const compose = createI18n as unknown as (options: typeof OPTIONS & { locale: Language; messages: Words }) => {
  global: { t: Translate; locale: Ref<Language> }
}
const translators = new WeakMap<Words, Translate>()

/** Return the plugin; the language of all screens follows `language`. */
export function wordsPlugin() {
  const i18n = createI18n({ ...OPTIONS, locale: language.value })
  watch(language, (next) => (i18n.global.locale.value = next))
  return i18n
}

function translatorOf(words: Words): Translate {
  const known = translators.get(words)
  if (known !== undefined) return known
  const { global } = compose({ ...OPTIONS, locale: language.value, messages: words })
  // It outlives the component that asks first.
  effectScope(true).run(() => watch(language, (next) => (global.locale.value = next), { flush: 'sync' }))
  translators.set(words, global.t)
  return global.t
}

/** Return what puts a screen's keys into words. A component may use the words of several folders. */
export function useWords<W extends Words>(words: W): Translate<KeyOf<W>> {
  const t = translatorOf(words)
  return (key, named) => (named === undefined ? t(key) : t(key, named))
}
