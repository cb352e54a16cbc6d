/** What is asked of a gate. */
import { describe, expect, it } from 'vitest'

import { bodyOf, questionAt } from './asking'

describe('a question to a gate', () => {
  const now = questionAt('2026-05-10', '10:00')

  it('is of a moment by the clock of the site', () => {
    expect(now).toMatchObject({ scan_time: '2026-05-10T10:00:00', visit_day: '2026-05-10', earlier: [] })
  })

  it('is not asked before the check points are chosen', () => {
    expect(bodyOf(now, { ticket_type_id: 1 })).toBeNull()
    const earlier = [{ check_point_id: 0, scan_time: '', persons: 1, entitlement: 1 }]
    expect(bodyOf({ ...now, check_point_id: 2, earlier }, { ticket_type_id: 1 })).toBeNull()
    expect(bodyOf({ ...now, check_point_id: 2 }, { ticket_type_id: 1 })).toMatchObject({ check_point_id: 2, ticket_type_id: 1 })
  })
})
