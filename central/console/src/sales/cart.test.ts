/** What each act does to a cart. */
import { describe, expect, it } from 'vitest'

import {
  add,
  addHolder,
  count,
  EMPTY,
  lackingHolders,
  less,
  MOST_OF_A_LINE,
  onDay,
  remove,
  tickets,
  type Cart,
  type Wish,
} from './cart'

const TODAY: Wish = { typeId: 1, day: '2026-05-10', slot: null }
const CHILD: Wish = { ...TODAY, typeId: 2 }
const PERSON = { number: '1', name: '甲' }

/** Return the lines in short: type x quantity. */
const short = (cart: Cart) => cart.lines.map((line) => `${line.typeId}x${line.quantity}@${line.day.slice(8)}${line.slot ?? ''}`)

describe('a cart', () => {
  it('counts the same type of one day and slot together, and others apart', () => {
    const cart = [TODAY, TODAY, CHILD, { ...TODAY, day: '2026-05-11' }, { ...TODAY, slot: '08:00' }].reduce(add, EMPTY)
    expect(short(cart)).toEqual(['1x2@10', '2x1@10', '1x1@11', '1x1@1008:00'])
    expect(tickets(cart)).toBe(5)
  })

  it.each([
    ['a count', (cart: Cart) => count(cart, 12), ['1x1@10', '2x12@10']],
    ['a count of none', (cart: Cart) => count(cart, 0), ['1x1@10']],
    ['a count beyond the limit', (cart: Cart) => count(cart, 9999), ['1x1@10', `2x${MOST_OF_A_LINE}@10`]],
    ['one less', less, ['1x1@10']],
    ['a removal', (cart: Cart) => remove(cart, 0), ['2x1@10']],
    ['less of nothing', () => less(EMPTY), []],
    ['a count of nothing', () => count(EMPTY, 3), []],
  ])('after %s', (_what, act, expected) => {
    expect(short(act([TODAY, CHILD].reduce(add, EMPTY)))).toEqual(expected)
  })

  it('acts on the line that was changed last', () => {
    expect(short(count([TODAY, CHILD, TODAY].reduce(add, EMPTY), 5))).toEqual(['1x5@10', '2x1@10'])
  })

  it('has each person once, and as many tickets as persons', () => {
    const one = addHolder(EMPTY, TODAY, PERSON)
    expect(one && addHolder(one, CHILD, PERSON)).toBeNull()
    const two = one && addHolder(one, TODAY, { number: '2', name: '乙' })
    expect(two && short(two)).toEqual(['1x2@10'])
  })

  it('fills the tickets that were added before the cards were read', () => {
    const cart = addHolder(count(add(EMPTY, TODAY), 3), TODAY, PERSON)
    expect(cart && short(cart)).toEqual(['1x3@10'])
    expect(cart && lackingHolders(cart, new Set([1]))).toHaveLength(1)
    expect(cart && lackingHolders(cart, new Set([2]))).toHaveLength(0)
  })

  it('loses persons only with their tickets', () => {
    const cart = addHolder(count(add(EMPTY, TODAY), 3), TODAY, PERSON) ?? EMPTY
    expect(count(cart, 1).lines[0]?.holders).toEqual([PERSON])
    expect(less(count(cart, 1)).lines).toEqual([])
  })

  it('moves to another day as a whole', () => {
    const cart = [TODAY, { ...TODAY, slot: '08:00' }, CHILD].reduce(add, EMPTY)
    expect(short(onDay(cart, '2026-05-12', () => null))).toEqual(['1x2@12', '2x1@12'])
  })

  it('moves one line alone, and each type to its own slot', () => {
    const cart = [TODAY, CHILD].reduce(add, EMPTY)
    expect(short(onDay(cart, '2026-05-12', () => null, 1))).toEqual(['1x1@10', '2x1@12'])
    const timed = onDay(cart, '2026-05-12', (typeId) => (typeId === 1 ? '09:00' : null))
    expect(short(timed)).toEqual(['1x1@1209:00', '2x1@12'])
    expect(short(less(timed))).toEqual(['1x1@1209:00'])
  })
})
