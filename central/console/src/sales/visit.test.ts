/** Which day and slot the keys mean. */
import type { SlotOfferView } from '@client'
import { describe, expect, it } from 'vitest'

import { dayMoved, slotMeant, visitCommandOf } from './visit'

const TODAY = '2026-05-10'

function slot(slot_start: string, is_sold = true): SlotOfferView {
  return { slot_start, starts_at: '', ends_at: '', price_fen: 0, places_left: null, is_sold, why_not: null }
}

describe('a key', () => {
  it.each([
    ['NumpadAdd', { act: 'days', days: 1 }],
    ['ArrowLeft', { act: 'days', days: -1 }],
    ['PageDown', { act: 'days', days: 7 }],
    ['ArrowDown', { act: 'slot', by: 1 }],
    ['Numpad2', { act: 'slot-at', at: 1 }],
    ['NumpadDivide', { act: 'scope' }],
    ['Enter', { act: 'take' }],
    ['Escape', { act: 'back' }],
    ['Digit0', null],
    ['F2', null],
  ])('%s', (code, command) => {
    expect(visitCommandOf(code)).toEqual(command)
  })
})

it.each([
  [TODAY, 1, '2026-05-11'],
  [TODAY, -1, TODAY],
  ['2026-05-12', -7, TODAY],
  ['2028-05-08', 7, '2028-05-09'],
])('%s and %i days is %s', (day, days, moved) => {
  expect(dayMoved(day, days, TODAY)).toBe(moved)
})

it.each([
  ['the next open one', [slot('08:00', false), slot('10:00')], null, '10:00'],
  ['the wished one', [slot('08:00'), slot('10:00')], '10:00', '10:00'],
  ['the next open one where the wished is full', [slot('08:00'), slot('10:00', false)], '10:00', '08:00'],
  ['the wished one where none is open', [slot('08:00', false), slot('10:00', false)], '10:00', '10:00'],
  ['none where there is none', [], '10:00', null],
])('a slot is %s', (_what, slots, wished, meant) => {
  expect(slotMeant(slots, wished)).toBe(meant)
})
