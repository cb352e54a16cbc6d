import { afterEach, beforeEach, expect, it, vi } from 'vitest'

const HERE = Date.UTC(2026, 10, 30, 23, 0, 0)
const CENTRAL = 'Sun, 10 May 2026 02:00:00 GMT'

beforeEach(() => {
  vi.resetModules()
  vi.useFakeTimers({ now: HERE })
})
afterEach(() => vi.useRealTimers())

it('tells the time by central, whatever the computer says', async () => {
  const { centralNow, hearDate } = await import('./central_clock')
  expect(centralNow()).toBe(HERE)
  hearDate(CENTRAL, HERE - 200, HERE)
  expect(centralNow()).toBe(Date.parse(CENTRAL) + 600)
  vi.advanceTimersByTime(60_000)
  expect(centralNow()).toBe(Date.parse(CENTRAL) + 60_600)
})

it.each([
  ['no header', null, 0],
  ['no time', 'yesterday', 0],
  ['an answer that took long', CENTRAL, 10_001],
  ['what rounding explains', 'Mon, 30 Nov 2026 22:59:59 GMT', 0],
])('learns nothing from %s', async (_what, date, tookMs) => {
  const { centralNow, hearDate } = await import('./central_clock')
  hearDate(date, HERE - tookMs, HERE)
  expect(centralNow()).toBe(HERE)
})
