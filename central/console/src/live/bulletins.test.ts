/** No event twice, none lost in silence: what a page makes of what it is told. And how positions and waits are computed. */
import { describe, expect, it } from 'vitest'

import { waitMs } from './backoff'
import { Hearing, isKind, type Bulletin, type LiveEvent } from './bulletins'
import { isAfter } from './positions'

const event = (position: string) => ({ kind: 'order', position, data: {} }) as LiveEvent

function told(after: string | null, positions: string[], reached = positions.at(-1) ?? after, isReset = false): Bulletin {
  const events = positions.map(event)
  return { link: 'open', after, reached, events, isReset, hasOtherRights: false, heardAtMs: 0, aheadMs: 0 }
}

/** What a page at 0-5 has heard: positions, and `again` where it must read again. */
function heard(...bulletins: Bulletin[]): string[] {
  const hearing = new Hearing()
  hearing.take(told('0-5', []))
  return bulletins.flatMap((bulletin) => {
    const { events, again } = hearing.take(bulletin)
    return [...(again ? ['again'] : []), ...events.map(({ position }) => position)]
  })
}

describe('a page', () => {
  it('reads again when it begins to hear', () => {
    expect(new Hearing().take(told('0-5', ['0-6']))).toEqual({ events: [], again: true })
  })

  it('hears nothing before there is a stream', () => {
    const hearing = new Hearing()
    expect(hearing.take(told(null, []))).toEqual({ events: [], again: false })
    expect(hearing.position).toBeNull()
  })

  it('reads again when its rights have changed, and hears on', () => {
    expect(heard({ ...told('0-5', ['0-6']), hasOtherRights: true })).toEqual(['again', '0-6'])
  })

  it.each<[string, Bulletin[], string[]]>([
    ['in order', [told('0-5', ['0-6', '0-7']), told('0-7', ['0-8'])], ['0-6', '0-7', '0-8']],
    ['a repeated part once', [told('0-5', ['0-6', '0-7']), told('0-5', ['0-6', '0-7', '0-8'])], ['0-6', '0-7', '0-8']],
    ['a new leader that is behind', [told('0-5', ['0-6']), told('0-4', ['0-5', '0-6', '0-7'])], ['0-6', '0-7']],
    ['a new leader that is ahead', [told('0-7', ['0-8'])], ['again']],
    ['what follows a gap', [told('0-7', ['0-8']), told('0-8', ['0-9'])], ['again', '0-9']],
    ['signs of life between', [told('0-5', [], '0-9'), told('0-9', ['0-12'])], ['0-12']],
    ['central that lost events', [told('0-5', [], '0-400', true), told('0-400', ['0-401'])], ['again', '0-401']],
    ['central that was restored to an earlier day', [told('0-5', [], '0-2', true), told('0-2', ['0-3'])], ['again', '0-3']],
    ['the answer to a page that has just come', [told('0-5', ['0-6']), told('0-6', [])], ['0-6']],
  ])('hears %s', (_what, bulletins, expected) => {
    expect(heard(...bulletins)).toEqual(expected)
  })
})

describe('positions', () => {
  it.each([
    ['0-2', '0-1', true],
    ['0-1', '0-1', false],
    ['0-10', '0-9', true],
    ['2-1', '1-9', true],
    ['1-9', '2-1', false],
    ['0-9223372036854775807', '0-9223372036854775806', true],
  ])('%s is after %s: %s', (one, other, expected) => {
    expect(isAfter(one, other)).toBe(expected)
  })
})

describe('kinds', () => {
  it.each([
    ['order', true],
    ['ready', false],
    ['toString', false],
  ])('%s: %s', (name, expected) => {
    expect(isKind(name)).toBe(expected)
  })
})

describe('the wait before a try', () => {
  it.each([
    [0, 0, 0, 250],
    [0, 1, 0, 500],
    [1, 0.5, 0, 750],
    [6, 0, 0, 15_000],
    [6, 1, 0, 30_000],
    [5_000, 1, 0, 30_000],
    [0, 0.5, 10_000, 10_000],
  ])('after %i failures, by chance %f, at least %i: %i ms', (tries, chance, least, expected) => {
    expect(waitMs(tries, chance, least)).toBe(expected)
  })
})
