import { describe, expect, it } from 'vitest'

import { closed, looked, MOST_TABS, type Tab, tabsIn } from './tabs'

const page = (name: string, query = '') => ({ path: `/${name}`, address: `/${name}${query}`, title: name })
const opened = (...names: string[]) => names.reduce<Tab[]>((tabs, name) => looked(tabs, page(name)), [])
const paths = (tabs: readonly Tab[]) => tabs.map(({ path }) => path)

describe('tabs of open pages', () => {
  it('hold each page once, in its place, with its latest address', () => {
    const tabs = looked(opened('orders', 'payments'), page('orders', '?days=yesterday'))
    expect(paths(tabs)).toEqual(['/orders', '/payments'])
    expect(tabs[0]?.address).toBe('/orders?days=yesterday')
  })

  it('give up the page that was not looked at for longest', () => {
    const names = Array.from({ length: MOST_TABS }, (_none, index) => `page${index}`)
    const tabs = looked(looked(opened(...names), page('page0')), page('another'))
    expect(tabs).toHaveLength(MOST_TABS)
    expect(paths(tabs)).not.toContain('/page1')
    expect(paths(tabs)).toContain('/page0')
  })

  it('lead back to the page looked at before when one is closed', () => {
    const tabs = looked(opened('orders', 'payments', 'why'), page('orders'))
    expect(closed(tabs, '/orders').last?.path).toBe('/why')
    expect(paths(closed(tabs, '/orders').tabs)).toEqual(['/payments', '/why'])
    expect(closed(opened('why'), '/why')).toEqual({ tabs: [], last: null })
  })

  it.each([
    null,
    '',
    'no json',
    '{}',
    '[1, null, {"path": "x"}]',
    '[{"path": "orders", "address": "/", "title": "", "seen": 1}]',
  ])('are none where the browser kept %s', (text) => {
    expect(tabsIn(text)).toEqual([])
  })

  it('come back from what the browser kept', () => {
    const tabs = opened('orders', 'payments')
    expect(tabsIn(JSON.stringify(tabs))).toEqual(tabs)
  })
})
