/** What a spreadsheet's rows are taken for. The numbers are of no person: region 000000 does not exist. */
import { describe, expect, it } from 'vitest'

import { hasValidCheckDigit, MOST_ROWS, pastedRows } from './pasted_names'

/** Return an impossible number with a right check digit. */
function impossible(serial: number): string {
  const body = `00000019900101${String(serial).padStart(3, '0')}`
  return Array.from('0123456789X', (last) => body + last).find(hasValidCheckDigit) ?? ''
}

const GOOD = impossible(1)
const WRONG = GOOD.slice(0, 17) + (GOOD.endsWith('1') ? '2' : '1')

describe('a row', () => {
  it.each([
    [`王芳\t${GOOD}`, '王芳', GOOD, null],
    [`${GOOD}\t王芳`, '王芳', GOOD, null],
    [`1\t王芳\t${GOOD}\t13800000000`, '王芳', GOOD, null],
    [`王芳\t${GOOD.slice(0, 6)} ${GOOD.slice(6)}`, '王芳', GOOD, null],
    [`王芳\t${WRONG}`, '王芳', WRONG, 'wrong-check-digit'],
    ['王芳\t1.10101E+17', '王芳', '1.10101E+17', 'broken-by-spreadsheet'],
    ['王芳\t110101199001011000', '王芳', '110101199001011000', 'broken-by-spreadsheet'],
    [`王芳\t${GOOD.slice(0, 15)}`, '王芳', GOOD.slice(0, 15), 'wrong-length'],
    ['王芳\t', '王芳', '', 'no-number'],
    [`\t${GOOD}`, '', GOOD, 'no-name'],
  ])('%s', (line, name, number, fault) => {
    expect(pastedRows(line)).toEqual([{ row: 1, name, number, fault }])
  })
})

describe('a table', () => {
  it('keeps its good rows, names the bad ones by their place, and skips heading and empty lines', () => {
    const rows = pastedRows(
      `姓名\t身份证号\r\n\r\n甲\t${impossible(1)}\r\n乙\t1.1E+17\n丙\t${impossible(2)}\n丁\t${impossible(1)}\n`,
    )
    expect(rows.map(({ row, name, fault }) => [row, name, fault])).toEqual([
      [3, '甲', null],
      [4, '乙', 'broken-by-spreadsheet'],
      [5, '丙', null],
      [6, '丁', 'twice'],
    ])
  })

  it('says which rows are too many', () => {
    const rows = pastedRows(Array.from({ length: MOST_ROWS + 2 }, (_, at) => `人\t${impossible(at % 1000)}`).join('\n'))
    expect(rows.filter(({ fault }) => fault === 'too-many').map(({ row }) => row)).toEqual([501, 502])
  })
})
