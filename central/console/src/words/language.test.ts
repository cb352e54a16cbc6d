// @vitest-environment jsdom
/** Which language a browser gets, and that no text is missing in one of them. */
import { describe, expect, it } from 'vitest'

import { languageFor } from './language'

interface Tree {
  [key: string]: string | Tree
}
const files = import.meta.glob<{ default: Record<string, Tree> }>('../**/words.json', {
  eager: true,
  query: '?raw',
  import: 'default',
})
const PARAMETER = /\{\w+\}/g

function flat(tree: Tree, under = ''): [string, string][] {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === 'string' ? [[under + key, value] as [string, string]] : flat(value, `${under}${key}.`),
  )
}

function parametersIn(tree: Tree): Record<string, string[]> {
  return Object.fromEntries(flat(tree).map(([key, text]) => [key, (text.match(PARAMETER) ?? []).sort()]))
}

describe('the language', () => {
  it.each([
    ['en', ['zh-CN'], 'en'],
    [null, ['zh-TW', 'en'], 'zh-CN'],
    [null, ['en-GB', 'zh'], 'zh-CN'],
    [null, ['de', 'en'], 'en'],
    ['de', ['en'], 'en'],
    [null, [], 'zh-CN'],
  ])('chosen %s, browser %s: %s', (chosen, wanted, expected) => {
    expect(languageFor(chosen, wanted)).toBe(expected)
  })
})

describe.each(Object.entries(files))('%s', (_name, raw) => {
  const words = JSON.parse(raw as unknown as string) as Record<string, Tree>

  it('has the same keys and parameters in both languages, and no text is empty', () => {
    const { 'zh-CN': chinese = {}, en = {} } = words
    expect(parametersIn(en)).toEqual(parametersIn(chinese))
    expect([...flat(chinese), ...flat(en)].filter(([, text]) => text.trim() === '')).toEqual([])
  })
})
