/** Scopes as central counts them, and who may give a role. */
import { describe, expect, it } from 'vitest'

import { isWithin, mayGive, widest } from './scope'

describe('scopes', () => {
  it.each([
    ['own', 'own', true],
    ['own', 'all', true],
    ['channel', 'own', false],
    ['channel', 'all', true],
    ['all', 'channel', false],
  ] as const)('%s is within %s: %s', (one, other, expected) => {
    expect(isWithin(one, other)).toBe(expected)
  })

  it.each([
    [[], 'own'],
    [['channel', 'own'], 'channel'],
    [['own', 'all', 'channel'], 'all'],
  ] as const)('the widest of %j is %s', (scopes, expected) => {
    expect(widest(scopes)).toBe(expected)
  })
})

describe('a role', () => {
  const holder = { permissions: ['sales.read', 'sales.sell'], scope: 'channel', counter_scope: 'all' } as const
  it.each([
    ['what is held', { permissions: ['sales.sell'], scope: 'own', counter_scope: 'all' }, true],
    ['nothing', { permissions: [], scope: 'own', counter_scope: 'own' }, true],
    ['another permission', { permissions: ['refunds.force'], scope: 'own', counter_scope: 'own' }, false],
    ['a wider scope', { permissions: [], scope: 'all', counter_scope: 'all' }, false],
  ] as const)('that gives %s may be given: %#', (_what, role, expected) => {
    expect(mayGive({ ...holder, permissions: [...holder.permissions] }, { ...role, permissions: [...role.permissions] })).toBe(
      expected,
    )
  })

  it('may not be given by nobody', () => {
    expect(mayGive(null, { permissions: [], scope: 'own', counter_scope: 'own' })).toBe(false)
  })
})
