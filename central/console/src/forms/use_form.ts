/**
 * What a page calls: a form that is read at once.
 *
 *     const form = useForm({ blank, read, save })
 *     <form-drawer :form="form" :title="t('title')" permission="catalog.edit" @saved="…" @close="…">
 *       <form-field path="capacity" :label="t('capacity')"><integer-input v-model="form.values.capacity" /></form-field>
 *     </form-drawer>
 *
 * `save` sends the version (PUT, PATCH) or the intention (POST) of its try, and returns what stands then.
 */
import { onMounted } from 'vue'

import { makeForm, type Form, type FormOptions } from './form'

/** Return the form of one drawer or page; call it in `setup`, once for each time that it opens. `FormDrawer` shows and guards it. */
export function useForm<T extends object>(options: FormOptions<T>): Form<T> {
  const form = makeForm(options)
  onMounted(form.read)
  return form
}
