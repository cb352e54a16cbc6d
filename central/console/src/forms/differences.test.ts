/** What differs, and where. */
import { describe, expect, it } from 'vitest'

import { at, copy, differing, put, same } from './differences'

describe('what differs', () => {
  it.each<[unknown, unknown, string[]]>([
    [{ a: 1 }, { a: 1 }, []],
    [{ a: 1 }, { a: 2 }, ['a']],
    [{ a: null }, {}, []],
    [{ a: 0 }, { a: null }, ['a']],
    [{ a: '' }, { a: null }, ['a']],
    [{ a: { b: 1, c: 2 } }, { a: { b: 1, c: 3 } }, ['a.c']],
    [{ a: { b: 1 } }, { a: null }, ['a']],
    [{ list: [{ x: 1 }, { x: 2 }] }, { list: [{ x: 1 }, { x: 3 }] }, ['list']],
    [{ list: [] }, { list: [] }, []],
    [{ list: [1, 2] }, { list: [2, 1] }, ['list']],
  ])('between %j and %j', (one, other, paths) => {
    expect(differing(one, other)).toEqual(paths)
    expect(same(one, other)).toBe(paths.length === 0)
  })

  it('is read and set by its path', () => {
    const values = { a: { b: [{ c: 1 }] }, d: 1 }
    expect([at(values, 'a.b.0.c'), at(values, 'd'), at(values, 'x.y')]).toEqual([1, 1, undefined])
    const other = copy(values)
    put(other, 'a.b', [])
    put(other, 'd', 2)
    put(other, 'x.y', 2)
    expect(other).toEqual({ a: { b: [] }, d: 2 })
    expect(values.a.b).toHaveLength(1)
  })
})
