import type { AgentView, CheckPointView } from '@client'
import { describe, expect, it } from 'vitest'

import { commandOf, countdown, enrolledBy } from './enrolment'

it.each([
  ['', 'paifang edge enroll --central https://c.example:8443 --code ABCD-EFGH'],
  ['  ', 'paifang edge enroll --central https://c.example:8443 --code ABCD-EFGH'],
  ['gate-3', 'paifang edge enroll --central https://c.example:8443 --code ABCD-EFGH --name gate-3'],
  ['东门 3', "paifang edge enroll --central https://c.example:8443 --code ABCD-EFGH --name '东门 3'"],
  [`a'; rm -rf $HOME`, `paifang edge enroll --central https://c.example:8443 --code ABCD-EFGH --name 'a'\\''; rm -rf $HOME'`],
])('a computer %j is enrolled by %s', (name, command) => {
  expect(commandOf('https://c.example:8443', 'ABCD-EFGH', name)).toBe(command)
})

it.each([
  [600_000, '10:00'],
  [599_001, '10:00'],
  [599_000, '9:59'],
  [60_000, '1:00'],
  [1, '0:01'],
  [0, '0:00'],
  [-5, '0:00'],
])('%i ms are %s', (ms, text) => {
  expect(countdown(ms)).toBe(text)
})

describe('the agent of a code', () => {
  const wish = { site_id: 1, role: 'gate', check_point_ids: [4] } as const
  const agent = (agent_id: number, role: AgentView['role'] = 'gate', site = 1) =>
    ({ agent_id, role, site: { id: site, name: '' } }) as AgentView
  const point = (check_point_id: number, agent_id: number | null) => ({ check_point_id, agent_id }) as CheckPointView

  it.each([
    ['the one that hosts its check point', [agent(1), agent(2), agent(3)], [point(4, 3)], 3],
    ['none before it has the check point', [agent(2)], [point(4, null)], null],
    ['none of another role', [agent(3, 'kiosk')], [point(4, 3)], null],
    ['none of another site', [agent(3, 'gate', 2)], [point(4, 3)], null],
    ['none from before', [agent(1)], [point(4, 1)], null],
  ])('is %s', (_name, agents, points, found) => {
    expect(enrolledBy(wish, new Set([1]), agents, points)?.agent_id ?? null).toBe(found)
  })

  it('is by role alone where the code names no check point', () => {
    expect(enrolledBy({ ...wish, check_point_ids: [] }, new Set([1]), [agent(1), agent(2)], [])?.agent_id).toBe(2)
  })
})
