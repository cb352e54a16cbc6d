/** How an institution's bill of a day stands beside the books, and both sides of a difference. Pure. */
import type { BillDayView, DifferenceSumsView, DifferenceView, MatchBody } from '@client'

import type { Mark } from '@/lists/declaration'

export const INSTITUTIONS = ['wechat', 'alipay'] as const satisfies readonly MatchBody['method'][]
/** Both institutions count days by Beijing's time. */
export const BILL_ZONE = 'Asia/Shanghai'
export type Standing = 'agrees' | 'differs' | 'settled' | 'early' | 'waiting'

export const STANDING_MARKS: Record<Standing, Mark> = {
  agrees: 'ok',
  differs: 'fault',
  settled: 'ok',
  early: 'attention',
  waiting: 'off',
}

/** Return how a day stands: what is open comes before all else, and a day that was not over is matched again. */
export function standingOf(day: Pick<BillDayView, 'matched_at' | 'is_over' | 'differences' | 'open_differences'>): Standing {
  if (day.open_differences > 0) return 'differs'
  if (day.matched_at === null) return 'waiting'
  if (day.is_over === false) return 'early'
  return day.differences > 0 ? 'settled' : 'agrees'
}

/** Return the sums of both sides over all that is listed. */
export function sidesOf({ items }: DifferenceSumsView): { ours_fen: number; theirs_fen: number } {
  return {
    ours_fen: items.reduce((sum, { ours_fen }) => sum + ours_fen, 0),
    theirs_fen: items.reduce((sum, { theirs_fen }) => sum + theirs_fen, 0),
  }
}

/** Return the page about a difference's subject: our payment, else the bill that names the number. */
export function subjectPage({ payment_id, method, day }: DifferenceView): string {
  return payment_id === null ? `/bills/${method}/${day}` : `/payments/${payment_id}`
}
