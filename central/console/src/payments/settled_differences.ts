/** The differences that were settled on this page since their list was read. */
import type { DifferenceView } from '@client'

import { settledOnes } from '@/acts/settled'

export const { provideSettled, useSettled } = settledOnes<DifferenceView>('differences', ({ difference_id }) =>
  String(difference_id),
)
