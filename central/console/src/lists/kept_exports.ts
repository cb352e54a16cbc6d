/**
 * Tables that central makes in the background.
 *
 * Laws: central knows them, so a reload loses none; they are asked about while one is running, and only then.
 */
import { cancelKeptExport, deleteKeptExport, type KeptExportView, listKeptExports } from '@client'
import { onScopeDispose, ref, type Ref, shallowRef } from 'vue'

import { newIntention, under } from '@/api/intention'

const ASK_AGAIN_MS = 1_000

export interface KeptExports {
  items: Ref<readonly KeptExportView[]>
  fault: Ref<unknown>
  isRead: Ref<boolean>
  read: () => Promise<void>
  cancel: (id: number) => Promise<void>
  remove: (id: number) => Promise<void>
}

export function useKeptExports(): KeptExports {
  const items: Ref<readonly KeptExportView[]> = shallowRef([])
  const fault = shallowRef<unknown>(null)
  const isRead = ref(false)
  let timer: ReturnType<typeof setTimeout> | undefined
  let isOver = false

  async function read(): Promise<void> {
    clearTimeout(timer)
    try {
      items.value = (await listKeptExports()).data.items
      isRead.value = true
      fault.value = null
    } catch (error) {
      fault.value = error
    }
    if (!isOver && items.value.some(({ state }) => state === 'running')) timer = setTimeout(() => void read(), ASK_AGAIN_MS)
  }

  async function act(doing: () => Promise<unknown>): Promise<void> {
    try {
      await doing()
    } catch (error) {
      fault.value = error
      return
    }
    await read()
  }

  onScopeDispose(() => {
    isOver = true
    clearTimeout(timer)
  })

  return {
    items,
    fault,
    isRead,
    read,
    cancel: (id) => act(() => cancelKeptExport({ path: { export_id: id }, headers: under(newIntention()) })),
    remove: (id) => act(() => deleteKeptExport({ path: { export_id: id } })),
  }
}

/** Return how far an export is, in percent. Pure. */
export function percentOf({ rows_done: done, rows_wanted: wanted, state }: KeptExportView): number {
  if (state === 'done') return 100
  return wanted === 0 ? 0 : Math.min(99, Math.floor((done * 100) / wanted))
}

/** Hand a file to the browser, to be stored where the person wants it. */
export function download(file: Blob, name: string): void {
  const url = URL.createObjectURL(file)
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  setTimeout(() => {
    URL.revokeObjectURL(url)
  }, ASK_AGAIN_MS)
}
