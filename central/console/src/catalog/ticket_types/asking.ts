/** The question that the editor asks of a gate: a visitor at a check point, with the type as it is typed. */
import type { PreviewBody } from '@client'

import type { Whole } from './type'

export type Earlier = Whole<NonNullable<PreviewBody['earlier']>[number]>
export type Question = Omit<Whole<PreviewBody>, 'ticket_type_id' | 'parameters' | 'check_point_id'> & {
  check_point_id: number | null
}

export const HOLDERS = [
  'not-yet',
  'matches',
  'differs',
  'timed-out',
  'confirmed-by-staff',
] as const satisfies readonly Question['holder'][]
const SECONDS = ':00'

/** Return the question of now, at the site's clock. */
export function questionAt(day: string, minute: string): Question {
  return {
    check_point_id: null,
    scan_time: `${day}T${minute}${SECONDS}`,
    visit_day: day,
    slot_start: null,
    ticket_persons: 1,
    persons: 1,
    holder: 'not-yet',
    inside: null,
    earlier: [],
  }
}

/** Return the body; null where something is not chosen yet. */
export function bodyOf(question: Question, type: Pick<PreviewBody, 'ticket_type_id' | 'parameters'>): PreviewBody | null {
  const { check_point_id, scan_time, visit_day } = question
  const isWhole = check_point_id !== null && scan_time !== '' && visit_day !== ''
  if (!isWhole || question.earlier.some((one) => !one.check_point_id || !one.scan_time)) return null
  return { ...question, check_point_id, ...type }
}
