import { describe, expect, it } from 'vitest'

import {
  type ArrangedGroup,
  withGroupMoved,
  withNewGroup,
  withoutGroup,
  withPageMoved,
  withPagePlaced,
  withPageShown,
} from './arrangement'

const page = (key: string) => ({ key, title_zh: key, title_en: key, is_hidden: false })
const GROUPS: ArrangedGroup[] = [
  { key: 'today', title_zh: '工作台', title_en: 'Today', pages: [page('home'), page('why')] },
  { key: 'money', title_zh: '资金', title_en: 'Money', pages: [page('bills')] },
  { key: 'own-1', title_zh: '空', title_en: 'Empty', pages: [] },
]
const written = (groups: readonly ArrangedGroup[]) =>
  groups.map(({ key, pages }) => `${key}: ${pages.map((one) => one.key).join(' ')}`)
const all = (groups: readonly ArrangedGroup[]) => groups.flatMap(({ pages }) => pages.map(({ key }) => key)).sort()

describe('a menu', () => {
  it.each([
    ['home', 1, ['today: why home', 'money: bills', 'own-1: ']],
    ['home', -1, ['today: home why', 'money: bills', 'own-1: ']],
    ['why', 1, ['today: home', 'money: why bills', 'own-1: ']],
    ['bills', -1, ['today: home why bills', 'money: ', 'own-1: ']],
    ['bills', 1, ['today: home why', 'money: ', 'own-1: bills']],
    ['nothing', 1, ['today: home why', 'money: bills', 'own-1: ']],
  ] as const)('moves the page %s by %d', (key, step, expected) => {
    const moved = withPageMoved(GROUPS, key, step)
    expect(written(moved)).toEqual(expected)
    expect(all(moved)).toEqual(all(GROUPS))
  })

  it.each([
    ['today', 1, ['money: bills', 'today: home why', 'own-1: ']],
    ['today', -1, ['today: home why', 'money: bills', 'own-1: ']],
    ['own-1', 1, ['today: home why', 'money: bills', 'own-1: ']],
  ] as const)('moves the group %s by %d', (key, step, expected) => {
    expect(written(withGroupMoved(GROUPS, key, step))).toEqual(expected)
  })

  it.each([
    ['home', 'money', 1, ['today: why', 'money: bills home', 'own-1: ']],
    ['home', 'today', 1, ['today: why home', 'money: bills', 'own-1: ']],
    ['home', 'none', 0, ['today: home why', 'money: bills', 'own-1: ']],
  ])('puts %s into %s at %d', (key, group, place, expected) => {
    expect(written(withPagePlaced(GROUPS, key, group, place))).toEqual(expected)
  })

  it('hides a page and shows it again', () => {
    const hidden = withPageShown(GROUPS, 'why', false)
    expect(hidden[0]?.pages.map(({ is_hidden }) => is_hidden)).toEqual([false, true])
    expect(withPageShown(hidden, 'why', true)).toEqual(GROUPS)
  })

  it('takes a group away only when it is empty, and gives a new one a key of its own', () => {
    expect(written(withoutGroup(GROUPS, 'money'))).toEqual(written(GROUPS))
    expect(withoutGroup(GROUPS, 'own-1')).toHaveLength(2)
    expect(withNewGroup(GROUPS, '常用').at(-1)).toEqual({ key: 'own-2', title_zh: '常用', title_en: '常用', pages: [] })
  })
})
