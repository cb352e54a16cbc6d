/** What a ticket type's form sends. */
import { describe, expect, it } from 'vitest'

import { blankCheck, blankDraft, CHECKS, inFull } from './type'

describe('a ticket type', () => {
  it('is stated with every field, and nothing stated is lost', () => {
    const stated = {
      name_zh: '年票',
      entitlements: [{ sites: [1], always: [{ check: 'daily-uses' as const, most: 1 }] }],
      validity: { kind: 'days-from-visit' as const, days: 365 },
      is_real_name: true,
      concession: [{ evidence: 'student-card' as const, asks_number: true }],
      sale: { per_order: 5, prices: [{ first: '2026-05-01', last: '2026-05-03', price_fen: 1 }] },
      after_sale: { refund: { terms: [{ days_before: 1, fee_per_mille: 100 }] }, reschedule: { times: 2 } },
    }
    const whole = inFull(stated)
    expect(whole).toMatchObject(stated)
    expect(whole.entitlements[0]).toEqual({
      ticket_type: null,
      sites: [1],
      always: stated.entitlements[0]?.always,
      alternatives: [],
    })
    expect(whole.sale).toMatchObject({ opens_at: null, days_ahead_most: 730, person_limit: null, stock: null })
    expect(whole.sale.prices[0]?.weekdays).toBeNull()
    expect(whole.after_sale).toMatchObject({ reprints: 3, reschedule: { days_before: 0, until: '23:59:00' } })
    expect(whole).toMatchObject({ group: null, activation: null, slots: [], counts_visitors: true, autonomy_s: 259_200 })
  })

  it('has no price before one is typed', () => {
    expect(blankDraft()).toMatchObject({ price_fen: null, is_on_sale: true, category_id: null })
  })

  it.each(CHECKS)('has a check of the kind %s', (kind) => {
    expect(blankCheck(kind, '2026-05-10').check).toBe(kind)
  })
})
