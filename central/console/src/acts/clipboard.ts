/** Copying by a press of a button: the browser's event does it without a question, and on plain HTTP too. */

/** Put a text on the clipboard; return whether the browser did. */
export function copyText(text: string): boolean {
  let isDone = false
  const fill = (event: ClipboardEvent) => {
    if (event.clipboardData === null) return
    event.preventDefault()
    event.stopImmediatePropagation()
    event.clipboardData.setData('text/plain', text)
    isDone = true
  }
  document.addEventListener('copy', fill, { once: true, capture: true })
  document.execCommand('copy')
  document.removeEventListener('copy', fill, { capture: true })
  return isDone
}
