/** A table as a file: numbers as numbers, texts as texts, whatever people have written into them. */
import { expect, it } from 'vitest'

import { asCsv, asNumber } from './csv'
import type { Column } from './declaration'

interface Row {
  name: string
  money: string
}
const columns: Column<Row, string>[] = [
  { key: 'name', label: () => '名称', text: ({ name }) => name },
  { key: 'money', label: () => '金额', text: ({ money }) => money, isNumber: true, sum: (total) => total },
]

it.each([
  ['¥1,234.50', '1234.50'],
  ['−¥0.05', '-0.05'],
  ['—', ''],
  ['12', '12'],
])('%s: %s', (text, expected) => {
  expect(asNumber(text)).toBe(expected)
})

it('has titles, rows and sums; no text becomes a formula or ends a cell', () => {
  const rows = [
    { name: '=1+1', money: '¥1,000.00' },
    { name: 'a,"b"\nc', money: '−¥0.05' },
  ]
  const expected = ['名称,金额', "'=1+1,1000.00", '"a,""b"" c",-0.05', '合计,999.95', '']
  expect(asCsv(columns, rows, { totals: '¥999.95', label: '合计' })).toBe('\uFEFF' + expected.join('\r\n'))
})
