/**
 * What a scanned text is, by its form alone; the page acts by the kind, at any moment.
 *
 * Sources: payers' codes as the institutions publish them (WeChat 18 digits from 10 to 15, Alipay 16 to 24 digits from 25 to 30);
 * ticket codes and short numbers as `protocol/SPEC.md` has them; promoters' codes are 13 letters and digits of Base32.
 */
export type Scan =
  | { kind: 'payment'; method: 'wechat' | 'alipay'; code: string }
  | { kind: 'ticket'; code: string }
  | { kind: 'short-number'; code: string }
  | { kind: 'promoter'; code: string }
  | { kind: 'unknown'; code: string }

const FORMS: readonly [RegExp, (code: string) => Scan][] = [
  [/^PF1[A-Z2-7]{151}$/, (code) => ({ kind: 'ticket', code })],
  [/^1[0-5]\d{16}$/, (code) => ({ kind: 'payment', method: 'wechat', code })],
  [/^(2[5-9]|30)\d{14,22}$/, (code) => ({ kind: 'payment', method: 'alipay', code })],
  [/^\d{12}$/, (code) => ({ kind: 'short-number', code })],
  [/^[A-Z2-7]{13}$/, (code) => ({ kind: 'promoter', code })],
]

/** Return what a text is. Capitals do not matter: a wedge types as Caps Lock stands, and each of our codes is of capitals. */
export function scanOf(text: string): Scan {
  const code = text.trim().toUpperCase()
  const form = FORMS.find(([pattern]) => pattern.test(code))
  return form ? form[1](code) : { kind: 'unknown', code: text.trim() }
}
