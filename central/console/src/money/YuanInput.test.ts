// @vitest-environment jsdom
/** An amount as a keyboard and as a Chinese input method type it. */
import { mount } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import { nextTick } from 'vue'

import { wordsPlugin } from '@/words/use_words'

import YuanInput from './YuanInput.vue'

function field(fen: number | null, limits: { least?: number; most?: number; mayBeEmpty?: boolean } = {}) {
  const input = mount(YuanInput<number | null>, { props: { modelValue: fen, ...limits }, global: { plugins: [wordsPlugin()] } })
  return { input, box: input.find('input'), said: () => (input.emitted('update:modelValue') ?? []).map(([value]) => value) }
}

/** What a browser tells while an input method is open: each text replaces the one before, and counts when it is chosen. */
async function compose(box: ReturnType<typeof field>['box'], ...texts: string[]): Promise<void> {
  await box.trigger('compositionstart')
  for (const text of texts) {
    box.element.value = text
    await box.trigger('compositionupdate')
    await box.trigger('input')
  }
  await box.trigger('compositionend')
  await nextTick()
}

describe('the field of an amount', () => {
  it('shows fen as yuan, and writes what was typed plainly when it is left', async () => {
    const { box, said } = field(1999)
    expect(box.element.value).toBe('19.99')
    await box.setValue('¥1,234.5')
    expect(box.element.value).toBe('¥1,234.5')
    await box.trigger('blur')
    expect([said(), box.element.value]).toEqual([[123450], '1234.50'])
  })

  it('waits until an input method is done, and reads its full-width signs', async () => {
    const { box, said } = field(0)
    await compose(box, '１', '１９', '１９。', '１９。９９')
    expect(said()).toEqual([1999])
    await box.trigger('blur')
    expect(box.element.value).toBe('19.99')
  })

  it('keeps a text that is no amount, and the value as it was', async () => {
    const { box, said } = field(100)
    await box.setValue('19.999')
    await box.trigger('blur')
    expect([said(), box.element.value]).toEqual([[], '19.999'])
  })

  it('is empty only where it may be', async () => {
    const must = field(100)
    await must.box.setValue('')
    await must.box.trigger('blur')
    expect([must.said(), must.box.element.value]).toEqual([[], ''])
    const may = field(100, { mayBeEmpty: true })
    await may.box.setValue('')
    expect(may.said()).toEqual([null])
  })

  it('is below nothing only where that is allowed', async () => {
    const no = field(0)
    await no.box.setValue('-1')
    const yes = field(0, { least: -500 })
    await yes.box.setValue('－1')
    expect([no.said(), yes.said()]).toEqual([[], [-100]])
  })

  it('follows a value that comes from elsewhere', async () => {
    const { input, box } = field(100)
    await input.setProps({ modelValue: 250 })
    expect(box.element.value).toBe('2.50')
  })
})
