/** Rows as a file that spreadsheet programs open: with a mark of its encoding, each text as text. Pure. */
import type { Column } from './declaration'
import { type Cell, plain } from './tsv'

const MARK = '\uFEFF'
const NONE = '—'

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text
}

/** Return an amount or a count as a program reads it: `−¥1,234.50` is `-1234.50`, none is empty. */
export function asNumber(text: string): string {
  return text === NONE ? '' : text.replace(/[¥,]/g, '').replace('−', '-')
}

/** Return a table as it is shown: its titles, its rows, and its sums where it has any. */
export function asCsv<Row, Totals>(
  columns: readonly Column<Row, Totals>[],
  rows: readonly Row[],
  sums: { totals: Totals; label: string } | null,
): string {
  const cell = (text: string, isNumber = false): Cell => ({ text: isNumber ? asNumber(text) : text, isNumber })
  const lines: Cell[][] = [
    columns.map(({ label }) => cell(label())),
    ...rows.map((row) => columns.map(({ text, isNumber }) => cell(text(row), isNumber))),
  ]
  if (sums !== null) {
    const { totals, label } = sums
    lines.push(columns.map(({ sum, isNumber }, at) => cell(at === 0 ? label : (sum?.(totals) ?? ''), at > 0 && isNumber)))
  }
  return MARK + lines.map((line) => line.map((each) => quoted(plain(each))).join(',')).join('\r\n') + '\r\n'
}
