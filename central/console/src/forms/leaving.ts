/** Whoever leaves a form with unsaved changes is asked once, however they leave: by closing it, by a link, by closing the tab. */
import { ElMessageBox } from 'element-plus'
import { onBeforeUnmount, onMounted } from 'vue'
import { useRouter } from 'vue-router'

import { person } from '@/identity/session'
import type { KeyOf, Translate } from '@/words/use_words'

import type { AnyForm } from './form'
import type words from './words.json'

type MayLeave = () => Promise<boolean>
const asking = new WeakMap<AnyForm, MayLeave>()

/** Return whether the form may be left; what is typed is given up then. */
export function mayLeave(form: AnyForm): Promise<boolean> {
  return asking.get(form)?.() ?? Promise.resolve(true)
}

/** Guard a form for as long as its component stands. A component has one set of words, so it gives the forms' own. */
export function askBeforeLeaving(form: AnyForm, t: Translate<KeyOf<typeof words>>): void {
  const router = useRouter()
  let asked: Promise<boolean> | null = null

  async function ask(): Promise<boolean> {
    const texts = { confirmButtonText: t('give_up'), cancelButtonText: t('stay') }
    try {
      await ElMessageBox.confirm(t('unsaved_what'), t('unsaved'), { ...texts, type: 'warning', closeOnClickModal: false })
    } catch {
      return false
    }
    form.discard()
    return true
  }

  asking.set(form, () => {
    if (!form.isChanged) return Promise.resolve(true)
    asked ??= ask().finally(() => (asked = null))
    return asked
  })

  function hold(event: BeforeUnloadEvent): void {
    if (form.isChanged && person.value !== null) event.preventDefault()
  }

  const release = router.beforeEach(() => mayLeave(form))
  onMounted(() => window.addEventListener('beforeunload', hold))
  onBeforeUnmount(() => {
    release()
    window.removeEventListener('beforeunload', hold)
  })
}
