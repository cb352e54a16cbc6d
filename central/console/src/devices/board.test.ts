import type { AdmissionRecordView, AgentView, CheckPointView } from '@client'
import { describe, expect, it } from 'vitest'

import { type Around, cardsOf, groupsOf, passagesOf, standingOf } from './board'

const NOON = '2026-05-10T04:00:00Z'
const NOTHING: Around = { checkPoints: [], alarms: new Map(), hasMoreAlarms: false, passages: null }

function agent(agent_id: number, given: Partial<AgentView> = {}): AgentView {
  return {
    ...{ agent_id, site: { id: 1, name: 'A' }, name: `gate ${agent_id}`, role: 'gate', state: 'enrolled', seen: 'fresh' },
    ...{ enrolled_at: NOON, last_seen_at: NOON, last_head_at: NOON, feed_epoch: 1, feed_version: 5, freshness: 'live' },
    ...{ duty: 'open', revoked_at: null, lost_at: null },
    ...given,
  }
}

function point(check_point_id: number, agent_id: number, given: Partial<CheckPointView> = {}): CheckPointView {
  return {
    ...{ check_point_id, agent_id, site: { id: 1, name: 'A' }, name_zh: '', name_en: '', zone: 0, direction: 'entry' },
    ...{ state: 'enabled', ticked: [], attended: false, reads_documents: false, version: 0, has_recorded: false },
    ...given,
  }
}

const passage = (agent_id: number, scanned_at: string, state: AdmissionRecordView['state'] = 'passed') =>
  ({ agent: { id: agent_id, name: '' }, scanned_at, state }) as AdmissionRecordView

it.each([
  [{}, 'live'],
  [{ freshness: 'stale' }, 'stale'],
  [{ seen: 'silent' }, 'offline'],
  [{ seen: 'silent', freshness: 'locked' }, 'locked'],
  [{ last_head_at: null, freshness: 'locked' }, 'unheard'],
  [{ duty: 'closed', freshness: 'locked' }, 'closed'],
  [{ state: 'revoked', duty: 'closed' }, 'revoked'],
  [{ state: 'lost' }, 'lost'],
] as const)('an agent with %j is %s', (given, standing) => {
  expect(standingOf(agent(1, given))).toBe(standing)
})

describe('a card', () => {
  it('knows its check points, zones, directions and alarms', () => {
    const checkPoints = [point(1, 7, { zone: 2 }), point(2, 7, { zone: 1, direction: 'exit' }), point(3, 8)]
    const [card] = cardsOf([agent(7)], { ...NOTHING, checkPoints, alarms: new Map([[7, 3]]) })
    expect(card).toMatchObject({ zones: [1, 2], directions: ['entry', 'exit'], alarms: 3, mark: 'ok' })
    expect(card?.checkPoints).toHaveLength(2)
  })

  it('counts how far its feed is behind the newest of its site, in the same epoch only', () => {
    const other = { site: { id: 2, name: 'B' } }
    const agents = [
      agent(1),
      agent(2, { feed_version: 3 }),
      agent(3, { ...other, feed_version: 9 }),
      agent(4, { feed_version: 0 }),
    ]
    expect(cardsOf(agents, NOTHING).map(({ behind }) => behind)).toEqual([0, 2, 0, null])
    const restored = [agent(1, { feed_epoch: 2, feed_version: 1 }), agent(2)]
    expect(cardsOf(restored, NOTHING).map(({ behind }) => behind)).toEqual([0, null])
  })

  it.each([
    [null, undefined],
    [passagesOf([], true), null],
    [passagesOf([], false), undefined],
    [passagesOf([passage(1, '2026-05-10T03:00:00Z'), passage(1, NOON), passage(2, NOON)], false), NOON],
    [passagesOf([passage(1, NOON, 'not-passed')], true), null],
  ])('of passages %j was last passed at %s', (passages, at) => {
    expect(cardsOf([agent(1)], { ...NOTHING, passages })[0]?.passedAt).toBe(at)
  })
})

describe('the board', () => {
  it('shows trouble first, in groups and within them', () => {
    const agents = [
      agent(1),
      agent(2, { duty: 'closed' }),
      agent(3, { freshness: 'offline' }),
      agent(4, { freshness: 'locked' }),
      agent(5, { state: 'lost' }),
      agent(6),
      agent(7, { freshness: 'stale', site: { id: 2, name: 'B' } }),
    ]
    const around = { ...NOTHING, checkPoints: [point(1, 1, { zone: 3 }), point(2, 6, { zone: 3 })], alarms: new Map([[6, 1]]) }
    const groups = groupsOf(cardsOf(agents, around))
    expect(groups.map(({ site, zone, cards }) => [site.id, zone, cards.map((card) => card.agent.agent_id)])).toEqual([
      [1, null, [4, 3, 2, 5]],
      [1, 3, [6, 1]],
      [2, null, [7]],
    ])
  })

  it('is empty without agents', () => {
    expect(groupsOf([])).toEqual([])
  })
})
