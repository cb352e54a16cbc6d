// @vitest-environment jsdom
/** What each section says in words. */
import { describe, expect, it } from 'vitest'

import { useWords } from '@/words/use_words'

import {
  afterSaleInWords,
  checkInWords,
  daysInWords,
  gatesInWords,
  holdersInWords,
  rightsInWords,
  saleInWords,
  shortTime,
  slotsInWords,
} from './summaries'
import { blankCheck, blankDraft, CHECKS, inFull } from './type'
import words from './words.json'

const say = useWords(words)
const name = (number: number) => `#${number}`
const draft = (stated: Parameters<typeof inFull>[0]) => blankDraft(stated)

describe('a summary', () => {
  it.each([
    ['09:00:00', '09:00'],
    ['09:00:30', '09:00:30'],
    ['2026-05-10T08:00:00', '2026-05-10 08:00'],
  ])('writes %s shortly', (time, text) => {
    expect(shortTime(time)).toBe(text)
  })

  it.each(CHECKS)('has words of its own for %s', (kind) => {
    const text = checkInWords(blankCheck(kind, '2026-05-10'), say, name)
    expect(text).not.toContain('said.')
    expect(text).not.toMatch(/[{}]/)
  })

  it('says rights site by site, with what holds always and what may hold instead', () => {
    const most = (number: number) => ({ check: 'total-uses' as const, most: number })
    const { entitlements } = inFull({ entitlements: [{ sites: [1, 2], always: [most(3)], alternatives: [[most(1)], []] }] })
    const text = rightsInWords(entitlements, say, name, name)
    expect(text).toContain('#1')
    expect(text).toContain('#2')
    expect(text).toContain(say('said.total_uses', { most: 3 }))
    expect(text).toContain(say('said.or'))
    expect(rightsInWords([], say, name, name)).toBe(say('said.no_right'))
  })

  it('says days, slots, holders, sale, after-sale and gates', () => {
    expect(daysInWords(inFull({ validity: { kind: 'fixed', first: 'a', last: 'b' } }), say)).toBe(
      say('said.between', { first: 'a', last: 'b' }),
    )
    expect(slotsInWords([{ start: '09:00:00', minutes: 60 }], say)).toContain('09:00')
    expect(holdersInWords(draft({ is_real_name: true, group: { minimum: 2, maximum: 9 } }), say)).toContain('2–9')
    const sale = { opens_at: '2026-05-01T08:00:00', stock: { per: 'slot' as const, places: 77 }, per_order: 5 }
    expect(saleInWords(draft({ sale }), say)).toMatch(/05-01 08:00.*5.*77/s)
    const terms = [{ days_before: 1, until: '18:00:00', fee_per_mille: 105 }]
    expect(afterSaleInWords(draft({ after_sale: { refund: { terms } } }), say)).toMatch(/18:00.*10\.5%/s)
    expect(afterSaleInWords(draft({ after_sale: { refund: { is_refundable: false } } }), say)).toContain(say('said.no_refund'))
    expect(gatesInWords(draft({ autonomy_s: 5400 }), say)).toContain(say('said.hours_minutes', { hours: 1, minutes: 30 }))
  })
})
