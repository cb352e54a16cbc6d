/** The name of a ticket type in the reader's language; the Chinese one where there is no other. */
import type { TicketTypeView } from '@client'

import { language } from '@/words/language'

export function nameOf({ parameters }: Pick<TicketTypeView, 'parameters'>): string {
  return language.value === 'zh-CN' ? parameters.name_zh : parameters.name_en || parameters.name_zh
}
