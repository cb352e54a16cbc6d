/** What a plan sends, and how what is planned reads. */
import { describe, expect, it } from 'vitest'

import { amendmentOf, isPlannable, linesOf, together } from './planned'
import { blankDraft } from './type'

function drafts() {
  return { stands: { ...blankDraft(), price_fen: 8000 }, typed: { ...blankDraft(), price_fen: 8000 } }
}

describe('a planned change', () => {
  it('states only what is typed otherwise, rule by rule of the sale', () => {
    const { stands, typed } = drafts()
    expect(amendmentOf(stands, typed)).toEqual({})
    typed.price_fen = 9000
    typed.parameters.is_real_name = true
    typed.parameters.sale.per_order = 5
    typed.parameters.after_sale.reprints = 1
    expect(amendmentOf(stands, typed)).toEqual({
      price_fen: 9000,
      parameters: { is_real_name: true, sale: { per_order: 5 }, after_sale: { reprints: 1 } },
    })
  })

  it('has no category', () => {
    const { stands, typed } = drafts()
    typed.category_id = 3
    expect(isPlannable(stands, typed)).toBe(false)
    typed.is_on_sale = false
    expect(isPlannable(stands, typed)).toBe(true)
    expect(amendmentOf(stands, typed)).toEqual({ is_on_sale: false })
  })

  it('is listed with those of the other kind, the next first', () => {
    const common = { change_id: 1, ticket_type: { id: 1, name: '' }, planned_at: '', planned_by: { id: 1, name: '王芳' } }
    const sale = {
      ...common,
      effective_at: '2026-06-02T00:00:00Z',
      price_fen: 1,
      is_on_sale: true,
      rules: null,
      after_sale: null,
    }
    const type = { ...common, effective_at: '2026-06-01T00:00:00Z', changes: { price_fen: 2 } }
    expect(together([sale], [type]).map(({ key }) => key)).toEqual(['type-1', 'sale-1'])
    expect(together([sale], [])[0]?.changes).toEqual({ price_fen: 1, is_on_sale: true, parameters: {} })
  })

  it('reads as the fields of the form, and by its own name where it is none', () => {
    const parts = new Map([
      ['price_fen', { label: 'Price', show: (value: unknown) => `¥${String(value)}`, fault: null }],
      ['parameters.sale.per_order', { label: 'Most', show: undefined, fault: null }],
    ])
    const changes = { price_fen: 2, parameters: { sale: { per_order: null }, new_one: [1] } }
    const plain = (value: unknown) => JSON.stringify(value)
    expect(linesOf(changes, parts, plain)).toEqual(['Price: ¥2', 'Most: null', 'parameters.new_one: [1]'])
  })
})
