/**
 * Money between people, who write yuan, and the API, which counts fen.
 *
 * Law: an amount is read and written by its signs, as whole fen; no float ever stands between (19.99 * 100 is 1998.999…).
 */
import { plain, withoutThousands } from '@/forms/digits'
import type { Limits, Typed } from '@/forms/integer'

export type YuanFault = 'not_money' | 'decimals' | 'comma' | 'too_small' | 'too_large'

const FEN = 2
const MINUS = '−'
const UNIT = /^(-?)[¥￥]?(.*?)元?$/
const AMOUNT = /^(-?)(\d*)(?:\.(\d*))?$/

/** Return the fen of an amount that is typed in yuan; null where nothing is typed. The limits are in fen. */
export function parseYuan(text: string, { least = 0, most = Number.MAX_SAFE_INTEGER }: Limits = {}): Typed<YuanFault> {
  const typed = withoutThousands(plain(text).replace(UNIT, '$1$2'))
  if (typed === null) return { fault: 'comma' }
  if (typed === '') return { value: null }
  const [, sign = '', yuan = '', decimals = ''] = AMOUNT.exec(typed) ?? []
  if (yuan + decimals === '') return { fault: 'not_money' }
  if (decimals.length > FEN) return { fault: 'decimals' }
  const size = BigInt(yuan + decimals.padEnd(FEN, '0'))
  const fen = sign === '' ? size : -size
  if (fen < BigInt(least)) return { fault: 'too_small' }
  if (fen > BigInt(most)) return { fault: 'too_large' }
  return { value: Number(fen) }
}

function parts(fen: number): { sign: boolean; yuan: string; decimals: string } {
  const digits = String(Math.abs(fen)).padStart(FEN + 1, '0')
  return { sign: fen < 0, yuan: digits.slice(0, -FEN), decimals: digits.slice(-FEN) }
}

/** Return an amount as it stands in a field: `-1234.50`. */
export function plainYuan(fen: number): string {
  const { sign, yuan, decimals } = parts(fen)
  return `${sign ? '-' : ''}${yuan}.${decimals}`
}

/** Return an amount as it is shown: `−¥1,234.50`. */
export function formatFen(fen: number): string {
  const { sign, yuan, decimals } = parts(fen)
  return `${sign ? MINUS : ''}¥${yuan.replace(/\B(?=(\d{3})+$)/g, ',')}.${decimals}`
}
