/**
 * A screen's texts: each folder has one `words.json` with both languages; no text stands in a template or in logic.
 *
 * What comes from people or from central is given by name, and is never read as a pattern.
 */
import { createI18n, useI18n } from 'vue-i18n'
import { watch } from 'vue'

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

// Its own types unfold every message of every language; the keys are typed here.
const compose = useI18n as unknown as (options: { useScope: 'local'; inheritLocale: true; messages: Words }) => { t: Translate }

/** Return the plugin; the language of all screens follows `language`. */
export function wordsPlugin() {
  const i18n = createI18n({
    legacy: false,
    locale: language.value,
    fallbackLocale: false,
    missingWarn: false,
    fallbackWarn: false,
  })
  watch(language, (next) => (i18n.global.locale.value = next))
  return i18n
}

/** Return what puts a screen's keys into words. Call it in `setup`. */
export function useWords<W extends Words>(words: W): Translate<KeyOf<W>> {
  const { t } = compose({ useScope: 'local', inheritLocale: true, messages: words })
  return (key, named) => (named === undefined ? t(key) : t(key, named))
}
