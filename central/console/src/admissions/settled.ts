/** The conflicts that were settled on this page since their list was read. */
import type { ConflictView } from '@client'

import { settledOnes } from '@/acts/settled'

export const { provideSettled, useSettled } = settledOnes<ConflictView>(
  'conflicts',
  ({ journal_number, sequence }) => `${journal_number}-${sequence}`,
)
