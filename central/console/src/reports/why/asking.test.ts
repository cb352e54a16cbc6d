import type { ExplanationsView, ExplanationView } from '@client'
import { describe, expect, it } from 'vitest'

import { addressOf, adviceOf, askedIn, bodyOf, split, textAsked, waysOn } from './asking'

const TICKET = '0123456789abcdef'

function item(given: Partial<ExplanationView>): ExplanationView {
  const nothing = {
    ...{ sentence_zh: '', sentence_en: '', reason: null, acts: [], opens_now: null, site: null, check_point: null, agent: null },
    ...{ direction: null, scanned_at: null, received_at: null, by_central: null, ticket_id: null, ticket_type: null },
  }
  return { ...nothing, order_id: null, ...given }
}
const answer = (...items: Partial<ExplanationView>[]): ExplanationsView => ({ items: items.map(item), silent_gates: [] })

describe('what is asked', () => {
  it.each([
    ['  １３８００１３８０００\n', { text: '13800138000' }],
    ['PF1AB\u200bC', { text: 'PF1AB C' }],
    [' \t', null],
  ])('%j', (text, asked) => {
    expect(textAsked(text)).toEqual(asked)
  })

  it.each([
    [{ ticket: TICKET }, { text: TICKET }],
    [{ gate: '3' }, { gate: 3 }],
    [{ ticket: '13800138000' }, null],
    [{ ticket: [TICKET] }, null],
    [{ gate: '0' }, null],
    [{ gate: '3 or 4' }, null],
    [{}, null],
  ])('by the address %j', (query, asked) => {
    expect(askedIn(query)).toEqual(asked)
  })

  it('is sent as text or as a check point', () => {
    expect(bodyOf({ text: 'x' })).toEqual({ text: 'x' })
    expect(bodyOf({ gate: 3 })).toEqual({ check_point_id: 3 })
  })
})

describe('the address', () => {
  it.each([
    ['a phone of one ticket', { text: '13800138000' }, answer({ ticket_id: TICKET }), { ticket: TICKET }],
    ['a document of two', { text: '110101199001011237' }, answer({ ticket_id: TICKET }, { ticket_id: 'f'.repeat(16) }), {}],
    ['a code that names none', { text: 'PF1X' }, answer({ ticket_id: null }), {}],
    ['a code beside its ticket', { text: 'pf1x' }, answer({ ticket_id: null }, { ticket_id: TICKET }), {}],
    ['nothing', { text: '13800138000' }, answer(), {}],
    ['a gate', { gate: 3 }, answer({ ticket_id: TICKET }), { gate: 3 }],
  ])('of %s holds no personal data', (_name, asked, found, query) => {
    expect(addressOf(asked, found)).toEqual(query)
  })
})

describe('what follows', () => {
  const all = () => true
  it('offers what central says, where its page stands', () => {
    const one = item({ acts: ['reschedule', 'refund'], ticket_id: TICKET, order_id: 7 })
    expect(waysOn(one, all).map(({ way }) => way)).toEqual(['refund', 'ticket', 'order'])
    expect(waysOn(one, (key) => key === 'ticket')).toEqual([
      { way: 'ticket', to: { name: 'ticket', params: { ticket_id: TICKET } } },
    ])
    expect(waysOn(item({ acts: ['check-order', 'sell'] }), all).map(({ way }) => way)).toEqual(['sell'])
    expect(waysOn(one, () => false)).toEqual([])
  })

  it('leaves out what the sentence says, and what only the system can do', () => {
    expect(adviceOf(['other-gate', 'override'])).toEqual(['override'])
    expect(adviceOf(['reschedule', 'refund'])).toEqual([])
    expect(adviceOf([])).toEqual([])
  })

  it('shows a dozen gates at once', () => {
    const { first, more } = split(Array.from({ length: 15 }, (_, index) => index))
    expect([first.length, more]).toEqual([12, [12, 13, 14]])
  })
})
