/** What an input method may make of a number's keys, as the plain keys: `１２。５` is `12.5`. */

const FULL_WIDTH = /[０-９．。，－−﹣]/g
const FIRST = '０'.codePointAt(0) ?? 0
const PLAIN: Readonly<Record<string, string>> = { '．': '.', '。': '.', '，': ',', '－': '-', '−': '-', '﹣': '-' }
const THOUSANDS = /^-?\d{1,3}(,\d{3})+(?!\d)/

/** Return the text with plain digits and signs, without blanks. */
export function plain(text: string): string {
  const folded = text.replace(FULL_WIDTH, (sign) => PLAIN[sign] ?? String((sign.codePointAt(0) ?? FIRST) - FIRST))
  return folded.replace(/\s/g, '')
}

/** Return the text without the commas that part thousands; null where a comma stands elsewhere, and may have been meant as a point. */
export function withoutThousands(text: string): string | null {
  if (!text.includes(',')) return text
  const grouped = THOUSANDS.exec(text)?.[0]
  if (grouped === undefined || text.slice(grouped.length).includes(',')) return null
  return grouped.replaceAll(',', '') + text.slice(grouped.length)
}
