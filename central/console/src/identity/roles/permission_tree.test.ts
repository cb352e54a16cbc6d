/** Each permission stands once in the tree, and what is ticked is in central's order. */
import type { PermissionView } from '@client'
import { describe, expect, it } from 'vitest'

import { inOrder, ticked, treeOf } from './permission_tree'
import words from './words.json'

const views = (...names: string[]) =>
  names.map((permission) => ({ permission, title_zh: permission, title_en: permission, is_held: true }) as PermissionView)
const ALL = views('sales.read', 'sales.sell', 'sales.sell-all', 'tickets.edit', 'future.thing', 'audit.read')

describe('the tree', () => {
  it('has every permission once, what shows apart from what does, and what is not known last', () => {
    const shown = treeOf(ALL).map(({ key, rows }) => [
      key,
      rows.map(({ key: page, reading, changing }) => [page, reading.map(names), changing.map(names)]),
    ])
    expect(shown).toEqual([
      [
        'sale',
        [
          ['sales', ['sales.read'], ['sales.sell', 'sales.sell-all']],
          ['tickets', [], ['tickets.edit']],
        ],
      ],
      ['system', [['audit', ['audit.read'], []]]],
      ['other', [['future', [], ['future.thing']]]],
    ])
  })

  it('has a title for each page, and a sentence for nothing that has no page', () => {
    const { pages, what } = words['zh-CN']
    expect(Object.keys(what).filter((page) => !(page in pages))).toEqual([])
  })
})

describe('what is ticked', () => {
  it.each([
    [['sales.sell'], 'sales.read', true, ['sales.read', 'sales.sell']],
    [['sales.read', 'sales.sell'], 'sales.read', false, ['sales.sell']],
    [['sales.read'], 'sales.read', true, ['sales.read']],
    [[], 'sales.read', false, []],
  ])('%j with %s %s: %j', (chosen, permission, isOn, expected) => {
    expect(ticked(chosen, permission, isOn, ALL)).toEqual(expected)
  })

  it('keeps what central does not name', () => {
    expect(inOrder(['gone.read', 'tickets.edit', 'sales.read'], ALL)).toEqual(['sales.read', 'tickets.edit', 'gone.read'])
  })
})

function names({ permission }: PermissionView): string {
  return permission
}
