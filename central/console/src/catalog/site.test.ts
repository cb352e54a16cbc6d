/** What a site's form sends. */
import { describe, expect, it } from 'vitest'

import { inFull, nextRuleId, regionsIn } from './site'

describe('a site', () => {
  it('is stated with every field, and nothing stated is lost', () => {
    const rule = { rule_id: 3, name_zh: '本地居民', regions: ['5227'], maximum_age: 70 }
    const open = { name_en: '', minimum_age: null, first_day: null, last_day: null, check_points: [] }
    expect(inFull({ name_zh: '后山', capacity: 800, walk_in_rules: [rule] as never })).toEqual({
      name_zh: '后山',
      name_en: '',
      zone: 'Asia/Shanghai',
      capacity: 800,
      daily_capacity: null,
      unseen_per_hour: 60,
      day_ends_at_hour: 0,
      cash_needs_shift: false,
      walk_in_rules: [{ ...rule, ...open }],
    })
  })

  it('gives a new rule a number that no rule has', () => {
    expect([nextRuleId([]), nextRuleId([{ rule_id: 4 }], [{ rule_id: 7 }])]).toEqual([1, 8])
  })

  it.each([
    ['', []],
    ['5227', ['5227']],
    ['52，5201、 110 ;110', ['52', '5201', '110']],
  ])('reads the regions in %j', (text, regions) => {
    expect(regionsIn(text)).toEqual(regions)
  })
})
