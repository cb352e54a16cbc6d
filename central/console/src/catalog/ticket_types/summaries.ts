/**
 * What a section of a type says, in one line of words.
 *
 * Law: it says what is stated and computes no rule: what a gate would say is asked of central.
 */
import { formatFen } from '@/money/yuan'
import type { KeyOf, Translate } from '@/words/use_words'

import type { Check, Ground, Parameters, PriceRule, RefundTerm, Right, TypeDraft } from './type'
import type words from './words.json'

type Say = Translate<KeyOf<typeof words>>
export type NameOfNumber = (number: number) => string

const BETWEEN = ' · '
const SECONDS_PER_HOUR = 3600
const MINUTES_PER_HOUR = 60
const FEW = 4
export const WEEKDAYS = ['1', '2', '3', '4', '5', '6', '7'] as const

/** Return a local time without seconds that are none: `09:00`; of a local moment, with its day. */
export function shortTime(time: string): string {
  return time.replace('T', ' ').replace(/(\d{2}:\d{2}):00(\.0+)?$/, '$1')
}

function few(texts: readonly string[], say: Say): string {
  const shown = texts.slice(0, FEW).join(say('list_between'))
  return texts.length > FEW ? say('and_more', { shown, count: texts.length }) : shown
}

function weekdays(days: readonly number[], say: Say): string {
  return WEEKDAYS.filter((day) => days.includes(Number(day)))
    .map((day) => say(`weekdays.${day}`))
    .join(say('list_between'))
}

/** Return a check as a sentence without a stop. */
export function checkInWords(check: Check, say: Say, gate: NameOfNumber): string {
  switch (check.check) {
    case 'total-uses':
      return say('said.total_uses', { most: check.most })
    case 'daily-uses':
      return say('said.daily_uses', { most: check.most })
    case 'period-uses':
      return say('said.period_uses', { period: say(`periods.${check.period}`), most: check.most })
    case 'persons-per-scan':
      return say('said.persons_per_scan', { most: check.most })
    case 'minimum-interval':
      return say('said.minimum_interval', { minutes: check.minutes })
    case 're-entry':
      return say('said.re_entry')
    case 'date-range':
      return say('said.between', { first: check.first, last: check.last })
    case 'weekdays':
      return say('said.weekdays', { days: weekdays(check.days, say) })
    case 'days-excluded':
      return say('said.days_excluded', { days: few(check.days, say) })
    case 'time-of-day':
      return say('said.between', { first: shortTime(check.first), last: shortTime(check.last) })
    case 'time-slot':
      return say('said.time_slot', { before: check.before_minutes, after: check.after_minutes })
    case 'gates': {
      const zones = check.zones.map((zone) => say('said.zone', { zone }))
      return say('said.gates', { names: few([...check.check_points.map(gate), ...zones], say) })
    }
  }
}

export function checksInWords(checks: readonly Check[], say: Say, gate: NameOfNumber): string {
  return checks.map((check) => checkInWords(check, say, gate)).join(BETWEEN)
}

function rightInWords(right: Right, say: Say, site: NameOfNumber, gate: NameOfNumber): string {
  const always = checksInWords(right.always, say, gate)
  const either = right.alternatives.map((set) => checksInWords(set, say, gate) || say('said.any_time'))
  const checks = [always, either.join(say('said.or'))].filter(Boolean).join(BETWEEN)
  return say('said.right', { sites: few(right.sites.map(site), say), checks: checks || say('said.any_time') })
}

export function rightsInWords(rights: readonly Right[], say: Say, site: NameOfNumber, gate: NameOfNumber): string {
  if (rights.length === 0) return say('said.no_right')
  return rights.map((right) => rightInWords(right, say, site, gate)).join('\n')
}

export function daysInWords({ validity }: Pick<Parameters, 'validity'>, say: Say): string {
  if (validity.kind === 'fixed') return say('said.between', { first: validity.first, last: validity.last })
  return validity.days === 1 ? say('said.visit_day') : say('said.from_visit', { days: validity.days })
}

export function slotsInWords(slots: Parameters['slots'], say: Say): string {
  if (slots.length === 0) return say('said.all_day')
  const each = slots.map(({ start, minutes }) => say('said.slot', { start: shortTime(start), minutes }))
  return few(each, say)
}

export function groundInWords(ground: Ground, say: Say): string {
  const { evidence, minimum_age: from, maximum_age: to, first, last, every_year } = ground
  const age = from === null && to === null ? '' : say('said.age', { between: `${from ?? 0}–${to ?? '∞'}` })
  const days = first === null && last === null ? '' : `${first ?? '…'} – ${last ?? '…'}`
  return [say(`evidence.${evidence}`), age, days, (every_year ?? []).join(' ')].filter(Boolean).join(' ')
}

export function holdersInWords({ parameters }: TypeDraft, say: Say): string {
  const { is_real_name, group, activation, concession, counts_visitors } = parameters
  return [
    say(is_real_name ? 'said.real_name' : 'said.no_name'),
    group ? say('said.group', { minimum: group.minimum, maximum: group.maximum }) : '',
    activation ? say('said.activation', { days: activation.within_days }) : '',
    concession.length > 0
      ? say('said.concession', { grounds: few([...new Set(concession.map((one) => groundInWords(one, say)))], say) })
      : '',
    counts_visitors ? '' : say('said.staff'),
  ]
    .filter(Boolean)
    .join(BETWEEN)
}

export function priceInWords({ first, last, weekdays: days, price_fen }: PriceRule, say: Say): string {
  const on = days === null ? '' : ` ${weekdays(days, say)}`
  return `${say('said.between', { first, last })}${on} ${formatFen(price_fen)}`
}

export function stockInWords(stock: Parameters['sale']['stock'], say: Say): string {
  if (stock === null) return say('said.no_stock')
  return say(stock.per === 'day' ? 'said.stock_day' : 'said.stock_slot', { places: stock.places })
}

export function limitInWords(limit: Parameters['sale']['person_limit'], say: Say): string {
  if (limit === null) return ''
  const bounds = [
    limit.a_day === null ? '' : say('said.limit_day', { most: limit.a_day }),
    limit.in_all === null ? '' : say('said.limit_all', { most: limit.in_all }),
  ]
  return say('said.limit', { by: say(`known_by.${limit.known_by}`), bounds: bounds.filter(Boolean).join(' ') })
}

export function saleInWords({ parameters: { sale } }: TypeDraft, say: Say): string {
  const { opens_at, closes_at, days_ahead_least: least, days_ahead_most: most, today_until } = sale
  const stretch = { first: opens_at ? shortTime(opens_at) : '…', last: closes_at ? shortTime(closes_at) : '…' }
  return [
    opens_at === null && closes_at === null ? '' : say('said.sold_between', stretch),
    say('said.ahead', { least, most }),
    today_until === null ? '' : say('said.today_until', { time: shortTime(today_until) }),
    sale.prices.length === 0 ? '' : say('said.prices', { count: sale.prices.length }),
    sale.per_order === null ? '' : say('said.per_order', { most: sale.per_order }),
    limitInWords(sale.person_limit, say),
    stockInWords(sale.stock, say),
  ]
    .filter(Boolean)
    .join(BETWEEN)
}

/** Return a day that is counted from the day of use, with its time. */
function dayOfUse(days_before: number, until: string, say: Say): string {
  const time = shortTime(until)
  if (days_before === 0) return say('said.on_the_day', { time })
  return days_before > 0
    ? say('said.days_before', { days: days_before, time })
    : say('said.days_after', { days: -days_before, time })
}

export function termInWords(term: RefundTerm, say: Say): string {
  const until = dayOfUse(term.days_before, term.until, say)
  if (term.fee_fen !== null) return say('said.fee', { until, fee: formatFen(term.fee_fen) })
  if (term.fee_per_mille !== null) return say('said.fee', { until, fee: `${term.fee_per_mille / 10}%` })
  return say('said.no_fee', { until })
}

export function rescheduleInWords(rules: Parameters['after_sale']['reschedule'], say: Say): string {
  if (rules === null) return say('said.no_reschedule')
  return say('said.reschedule', { times: rules.times, until: dayOfUse(rules.days_before, rules.until, say) })
}

export function afterSaleInWords({ parameters: { after_sale } }: TypeDraft, say: Say): string {
  const { refund, reschedule, reprints } = after_sale
  const terms = refund.terms.map((term) => termInWords(term, say))
  const refunded = refund.is_refundable ? (terms.length === 0 ? say('said.refund_free') : few(terms, say)) : say('said.no_refund')
  const moved = rescheduleInWords(reschedule, say)
  return [refunded, moved, say('said.reprints', { times: reprints })].join(BETWEEN)
}

export function autonomyInWords(seconds: number, say: Say): string {
  const hours = Math.floor(seconds / SECONDS_PER_HOUR)
  const minutes = Math.floor((seconds % SECONDS_PER_HOUR) / MINUTES_PER_HOUR)
  return minutes === 0 ? say('said.hours', { hours }) : say('said.hours_minutes', { hours, minutes })
}

export function gatesInWords({ parameters: { claim, unseen_allowed, autonomy_s } }: TypeDraft, say: Say): string {
  return [
    say(`claims.${claim}`),
    say(unseen_allowed ? 'said.unseen' : 'said.no_unseen'),
    say('said.autonomy', { time: autonomyInWords(autonomy_s, say) }),
  ].join(BETWEEN)
}
