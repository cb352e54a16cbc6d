import { expect, it } from 'vitest'

import { alarmAdvice, alarmName, type Say } from './alarm_names'

const say: Say = (key, named) => [key, ...Object.values(named ?? {})].join(' ')

it.each([
  ['device-fault', 'alarm_names.device-fault', 'alarm_advice.device-fault'],
  ['exit-blocked', 'alarm_names.exit-blocked', 'alarm_advice.exit-blocked'],
  ['exit-used_up', 'alarm_at_exit used_up', ''],
  ['sung', 'sung', ''],
  ['toString', 'toString', ''],
])('%s is %s', (name, text, advice) => {
  expect(alarmName(name, say)).toBe(text)
  expect(alarmAdvice(name, say)).toBe(advice)
})
