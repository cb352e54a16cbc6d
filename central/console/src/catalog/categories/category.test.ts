/** The order of categories, and what may stand above one. */
import type { CategoryView } from '@client'
import { describe, expect, it } from 'vitest'

import { moved, possibleParents, rowsOf } from './category'

function category(category_id: number, position = 0, children: CategoryView[] = []): CategoryView {
  return {
    category_id,
    position,
    children,
    version: 1,
    name_zh: `${category_id}`,
    name_en: '',
    parent: null,
    ticket_type_ids: [],
  }
}

const tree = [category(1, 0, [category(2, 0, [category(3)])]), category(4, 0), category(5, 7)]

describe('categories', () => {
  it('are rows, each under the one that it belongs to', () => {
    expect(rowsOf(tree).map(({ view, depth }) => [view.category_id, depth])).toEqual([
      [1, 0],
      [2, 1],
      [3, 2],
      [4, 0],
      [5, 0],
    ])
  })

  it.each([
    [null, [1, 2, 3, 4, 5]],
    [1, [4, 5]],
    [2, [1, 4, 5]],
    [4, [1, 2, 3, 5]],
  ])('cannot stand under themselves: %s', (id, parents) => {
    expect(possibleParents(tree, id).map(({ view }) => view.category_id)).toEqual(parents)
  })

  it('have places of their own after a move', () => {
    const places = (by: -1 | 1, id: number) => moved(tree, id, by).map(({ category_id, position }) => [category_id, position])
    expect(places(-1, 5)).toEqual([
      [5, 1],
      [4, 2],
    ])
    expect(places(1, 1)).toEqual([
      [1, 1],
      [5, 2],
    ])
    expect(places(-1, 1)).toEqual([])
  })
})
