/**
 * The keys of what a person settles in a list's drawer, where nothing is typed: digits choose, N goes to the note, J to the next;
 * Ctrl+Enter settles, also from the note.
 */
import { onBeforeUnmount, onMounted, type Ref } from 'vue'

const TYPES_INTO = 'input, textarea, select, [contenteditable], [role="combobox"]'

interface Acts {
  /** Choose by place, beginning with 0; false where there is none. */
  choose: (index: number) => boolean
  /** Settle; true where it stands at central. */
  settle: () => Promise<boolean>
}

/** Hear the keys while the component stands whose element `place` is; return how it settles. */
export function useSettleKeys(place: Ref<HTMLElement | null>, { choose, settle }: Acts): () => Promise<void> {
  const drawer = () => place.value?.closest<HTMLElement>('[role="dialog"]') ?? null

  /** The form goes away with the focus in it: the drawer takes it, so that the keys go on. */
  async function settleHere(): Promise<void> {
    if (await settle()) drawer()?.focus()
  }

  /** The drawer walks by ↓; J is the same. */
  function next(): void {
    drawer()?.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowDown', bubbles: true, cancelable: true }))
  }

  function press(event: KeyboardEvent): void {
    const isCtrl = event.ctrlKey || event.metaKey
    if (event.isComposing || event.altKey) return
    if (isCtrl && event.key === 'Enter') void settleHere()
    if (isCtrl || event.shiftKey || (event.target instanceof Element && event.target.closest(TYPES_INTO) !== null)) return
    const digit = /^Digit([1-9])$/.exec(event.code)?.[1]
    if (digit !== undefined && choose(Number(digit) - 1)) event.preventDefault()
    else if (event.code === 'KeyN') place.value?.querySelector('textarea')?.focus()
    else if (event.code === 'KeyJ') next()
    else return
    event.preventDefault()
  }

  onMounted(() => window.addEventListener('keydown', press))
  onBeforeUnmount(() => window.removeEventListener('keydown', press))
  return settleHere
}
