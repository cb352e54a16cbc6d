/** Four times a second at most, and nobody waits for a handler that hangs. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest'

import type { LiveEvent } from './bulletins'
import { BETWEEN_MS, MOST_WAITING, PATIENCE_MS, Pulse, type Batch } from './pulse'

const event = (row: number, kind = 'order') => ({ kind, position: `0-${row}`, data: {} }) as LiveEvent
const faults: unknown[] = []
let pulse: Pulse

beforeEach(() => {
  vi.useFakeTimers()
  faults.length = 0
  pulse = new Pulse((error) => faults.push(error))
})
afterEach(() => vi.useRealTimers())

function noted(kinds: Parameters<Pulse['subscribe']>[0] = ['order']): Batch[] {
  const batches: Batch[] = []
  pulse.subscribe(kinds, (batch) => void batches.push(batch))
  return batches
}

const rows = (batches: Batch[]) =>
  batches.map(({ events, again }) => [...(again ? ['again'] : []), ...events.map((e) => e.position)])
const put = (...events: LiveEvent[]) => pulse.put({ events, again: false })

it('tells the first at once, and the rest together', () => {
  const batches = noted()
  put(event(1))
  vi.advanceTimersByTime(0)
  expect(rows(batches)).toEqual([['0-1']])
  put(event(2))
  put(event(3))
  vi.advanceTimersByTime(BETWEEN_MS - 1)
  expect(batches).toHaveLength(1)
  vi.advanceTimersByTime(1)
  expect(rows(batches)).toEqual([['0-1'], ['0-2', '0-3']])
})

it('calls four times a second at most, and loses nothing', () => {
  const batches = noted()
  for (let row = 1; row <= 1_000; row += 1) {
    put(event(row))
    vi.advanceTimersByTime(10)
  }
  vi.advanceTimersByTime(BETWEEN_MS)
  expect(batches.length).toBeLessThanOrEqual(42)
  expect(rows(batches).flat()).toEqual(Array.from({ length: 1_000 }, (_, row) => `0-${row + 1}`))
})

it('tells each handler its kinds alone, and all of them to read again', () => {
  const [orders, exports] = [noted(['order']), noted(['export'])]
  put(event(1))
  vi.runAllTimers()
  expect([orders.length, exports.length]).toEqual([1, 0])
  pulse.put({ events: [], again: true })
  put(event(2))
  vi.runAllTimers()
  expect(rows(orders)).toEqual([['0-1'], ['again', '0-2']])
  expect(rows(exports)).toEqual([['again']])
})

it('goes on where a handler throws, at once or later', async () => {
  pulse.subscribe(['order'], () => {
    throw new Error('at once')
  })
  pulse.subscribe(['order'], () => Promise.reject(new Error('later')))
  const batches = noted()
  put(event(1))
  await vi.runAllTimersAsync()
  expect(rows(batches)).toEqual([['0-1']])
  expect(faults).toEqual([new Error('at once'), new Error('later')])
})

it('lets the events of a handler that hangs wait, and calls it again after a while', async () => {
  const calls: Batch[] = []
  pulse.subscribe(['order'], (batch) => {
    calls.push(batch)
    return new Promise(() => undefined)
  })
  const batches = noted()
  put(event(1))
  await vi.advanceTimersByTimeAsync(BETWEEN_MS)
  put(event(2))
  await vi.advanceTimersByTimeAsync(BETWEEN_MS)
  expect(batches).toHaveLength(2)
  expect(calls).toHaveLength(1)
  await vi.advanceTimersByTimeAsync(PATIENCE_MS)
  expect(rows(calls)).toEqual([['0-1'], ['0-2']])
})

it('keeps no more than it may of what waits', () => {
  const batches = noted()
  put(...Array.from({ length: MOST_WAITING + 1 }, (_, row) => event(row)))
  vi.runAllTimers()
  expect(rows(batches)).toEqual([['again']])
})

it('calls nobody who has gone', () => {
  const batches: Batch[] = []
  const end = pulse.subscribe(['order'], (batch) => void batches.push(batch))
  put(event(1))
  end()
  vi.runAllTimers()
  expect(batches).toEqual([])
})
