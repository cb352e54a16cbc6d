/**
 * Rows as a spreadsheet program takes them from the clipboard. Pure.
 *
 * Laws: a text stays the text that it is, as in central's own tables: what a program would take for a formula, a number it cannot
 * hold or a date gets an apostrophe in front; no text of people ends a cell or a row.
 */

const FORMULA = /^[=+\-@＝＋－＠]/
// As central/reports/rules/cells.py has it.
const CHANGED = new RegExp(
  [
    '0[0-9]+',
    '[0-9]{16,}',
    String.raw`[0-9]+(\.[0-9]*)?e[+-]?[0-9]+`,
    String.raw`[0-9]+[-/.][0-9]+([-/.][0-9]+)?`,
    '[0-9]{1,4}:[0-9]{2}(:[0-9]{2})?',
    '(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*[ /-]?[0-9]+',
    '[0-9]+[ /-]?(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*',
    '[0-9]+[年月].*',
  ]
    .map((each) => `^(?:${each})$`)
    .join('|'),
  'i',
)

export interface Cell {
  text: string
  isNumber: boolean
}

function flat(text: string): string {
  return text.replace(/[\t\r\n\u2028\u2029]+/g, ' ')
}

/** Return a cell as one line that stays the text that it is. */
export function plain({ text, isNumber }: Cell): string {
  const line = flat(text)
  return !isNumber && (FORMULA.test(line) || CHANGED.test(line.trim())) ? `'${line}` : line
}

/** Return the rows as lines of cells between tabs. */
export function asTsv(rows: readonly (readonly Cell[])[]): string {
  return rows.map((row) => row.map(plain).join('\t')).join('\r\n')
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)
}

/** Return the rows as a table that Excel and WPS read with each text as text: they prefer it to the lines. */
export function asHtml(rows: readonly (readonly Cell[])[]): string {
  const cell = ({ text, isNumber }: Cell) =>
    `<td${isNumber ? '' : ` style="mso-number-format:'\\@'"`}>${escaped(flat(text))}</td>`
  return `<table>${rows.map((row) => `<tr>${row.map(cell).join('')}</tr>`).join('')}</table>`
}
