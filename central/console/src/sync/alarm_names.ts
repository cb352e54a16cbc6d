/** The words of alarms: gates give them a name of their own, and a newer gate one that this page does not know. Pure. */
import type { KeyOf, Translate } from '@/words/use_words'

import words from './words.json'

export type Say = Translate<KeyOf<typeof words>>
type Known = keyof (typeof words)['zh-CN']['alarm_names']

export const ALARM_NAMES = Object.keys(words['zh-CN'].alarm_names) as Known[]
const AT_EXIT = 'exit-'

/** Return an alarm's name in words; one that is not known as it came. */
export function alarmName(name: string, say: Say): string {
  const known = ALARM_NAMES.find((each) => each === name)
  if (known !== undefined) return say(`alarm_names.${known}`)
  return name.startsWith(AT_EXIT) ? say('alarm_at_exit', { reason: name.slice(AT_EXIT.length) }) : name
}

/** Return what to do about it; empty where the name is not known. */
export function alarmAdvice(name: string, say: Say): string {
  const known = ALARM_NAMES.find((each) => each === name)
  return known === undefined ? '' : say(`alarm_advice.${known}`)
}
