/**
 * Hears the whole page: keys by their place, scanners that type, and nothing while a person types into a field.
 *
 * Law: a scan reaches the page whatever stands on it; a key of the browser's own keeps its meaning.
 */
import { onScopeDispose } from 'vue'

import { ScannerKeys, type Heard } from './scanner_keys'

const FIELDS = new Set(['INPUT', 'TEXTAREA', 'SELECT'])
const OURS = /^(F2|F4|F8|F9|Slash|NumpadDivide|Enter|NumpadEnter|ArrowLeft|ArrowRight)$/

/** `isOurs` says of a further key whether its meaning in the browser is suppressed now. */
export function hearWindow(scan: (text: string) => void, key: (code: string) => void, isOurs: (code: string) => boolean): void {
  const keys = new ScannerKeys()
  let timer = 0

  function hand(all: readonly Heard[]): void {
    for (const heard of all) {
      if (heard.kind === 'scan') scan(heard.text)
      else key(heard.press.code)
    }
    window.clearTimeout(timer)
    const restAt = keys.restAtMs
    if (restAt !== null)
      timer = window.setTimeout(() => hand(keys.rest(performance.now())), Math.max(0, restAt - performance.now()) + 1)
  }

  function press(event: KeyboardEvent): void {
    const { target, code, ctrlKey, altKey, metaKey, repeat, timeStamp } = event
    if (target instanceof HTMLElement && FIELDS.has(target.tagName)) return
    if (
      document.querySelector(
        '[role="dialog"]:not([style*="display: none"]) .el-dialog, .el-overlay:not([style*="display: none"])',
      )
    )
      return
    if (ctrlKey || altKey || metaKey) return
    if (OURS.test(code) || isOurs(code)) {
      event.preventDefault()
      event.stopPropagation() // `/` opens the shell's search elsewhere
    }
    if (!repeat) hand(keys.hear({ code, atMs: timeStamp }))
  }

  window.addEventListener('keydown', press, true)
  onScopeDispose(() => {
    window.removeEventListener('keydown', press, true)
    window.clearTimeout(timer)
  })
}

/** Hear what is pasted while nobody writes: `take` says whether it was meant for the page, also where the field of cards has the focus. */
export function hearPaste(take: (text: string, isInField: boolean) => boolean): void {
  function paste(event: ClipboardEvent): void {
    const { target } = event
    const isInField = target instanceof HTMLElement && FIELDS.has(target.tagName)
    if (take(event.clipboardData?.getData('text/plain') ?? '', isInField)) event.preventDefault()
  }

  window.addEventListener('paste', paste)
  onScopeDispose(() => window.removeEventListener('paste', paste))
}
