/**
 * Names and ID numbers pasted from a spreadsheet, row by row.
 *
 * Laws: nothing is guessed. A number that the spreadsheet broke (15 significant digits: `1.10101E+17`, or a tail of 000) is named as
 * the spreadsheet's fault; good rows are kept whatever the others are; the check digit is verified as pasted (GB 11643).
 */
export type RowFault =
  'no-number' | 'no-name' | 'broken-by-spreadsheet' | 'wrong-length' | 'wrong-check-digit' | 'twice' | 'too-many'
export interface PastedRow {
  row: number
  name: string
  number: string
  fault: RowFault | null
}

export const MOST_ROWS = 500
const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
const CHECK_DIGITS = '10X98765432'
const SCIENTIFIC = /^\d(\.\d+)?E\+?\d+$/i
const NUMBER_LIKE = /^[\dXx .E+]{6,}$/
const HEADINGS = /^(姓名|名字|name|证件号|身份证号|身份证号码|id ?number)$/i

/** Return whether the last character of a resident ID number is the one that its digits demand. */
export function hasValidCheckDigit(number: string): boolean {
  const sum = WEIGHTS.reduce((total, weight, at) => total + weight * Number(number[at]), 0)
  return CHECK_DIGITS[sum % 11] === number[17]
}

function faultOf(name: string, number: string, written: string): RowFault | null {
  if (number === '') return 'no-number'
  if (SCIENTIFIC.test(written)) return 'broken-by-spreadsheet'
  if (!/^\d{17}[\dX]$/.test(number)) return 'wrong-length'
  if (!hasValidCheckDigit(number)) return number.endsWith('000') ? 'broken-by-spreadsheet' : 'wrong-check-digit'
  return name === '' ? 'no-name' : null
}

function read(line: string): { name: string; written: string } {
  const cells = line.split('\t').map((cell) => cell.trim())
  const written = cells.find((cell) => NUMBER_LIKE.test(cell)) ?? ''
  const name = cells.find((cell) => cell !== '' && cell !== written && !/^\d{1,4}$/.test(cell)) ?? ''
  return { name, written }
}

/** Return the rows of a pasted text; a heading and empty lines are none. Rows beyond the limit are named so. */
export function pastedRows(text: string): PastedRow[] {
  const lines = text.split(/\r\n|\r|\n/).map((line, at) => ({ line, row: at + 1 }))
  const seen = new Set<string>()
  return lines
    .filter(
      ({ line }) => line.trim() !== '' && !line.split('\t').every((cell) => HEADINGS.test(cell.trim()) || cell.trim() === ''),
    )
    .map(({ line, row }, at) => {
      const { name, written } = read(line)
      const number = written.replace(/ /g, '').toUpperCase()
      const fault = at >= MOST_ROWS ? 'too-many' : (faultOf(name, number, written) ?? (seen.has(number) ? 'twice' : null))
      seen.add(number)
      return { row, name, number, fault }
    })
}
