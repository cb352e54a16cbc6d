/** What a page calls: a form that is read at once. */
import { onMounted } from 'vue'

import { makeForm, type Form, type FormOptions } from './form'

/** Return the form of one drawer or page; call it in `setup`, once for each time that it opens. `FormDrawer` shows and guards it. */
export function useForm<T extends object>(options: FormOptions<T>): Form<T> {
  const form = makeForm(options)
  onMounted(form.read)
  return form
}
