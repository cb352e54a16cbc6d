/** A ticket type as people state it, with every parameter, and how it is read and saved. */
import {
  addTicketType,
  type ChangedTypeView,
  changeTicketType,
  type EntitlementParameters,
  readTicketType,
  setTicketTypeCategory,
  type TicketTypeInFull,
  type TicketTypeParameters,
  type TicketTypeView,
} from '@client'
import { inject, type InjectionKey } from 'vue'

import { under } from '@/api/intention'
import type { Form, FormOptions, Stated } from '@/forms/form'

/** The same with every field stated. */
export type Whole<T> = T extends (infer Item)[] ? Whole<Item>[] : T extends object ? { [K in keyof T]-?: Whole<T[K]> } : T
export type Parameters = Whole<TicketTypeInFull>
export type Right = Whole<EntitlementParameters>
export type Check = Right['always'][number]
export type CheckKind = Check['check']
export type Ground = Parameters['concession'][number]
export type PriceRule = Parameters['sale']['prices'][number]
export type RefundTerm = Parameters['after_sale']['refund']['terms'][number]

export interface TypeDraft {
  parameters: Parameters
  /** Null: not typed; central says so beside its field. */
  price_fen: number | null
  is_on_sale: boolean
  category_id: number | null
}

export const CHECKS = [
  'total-uses',
  'daily-uses',
  'period-uses',
  'minimum-interval',
  're-entry',
  'date-range',
  'weekdays',
  'days-excluded',
  'time-of-day',
  'time-slot',
  'gates',
  'persons-per-scan',
] as const satisfies readonly CheckKind[]
const AUTONOMY_S = 259_200
const MOST_DAYS_AHEAD = 730

/** Return a check that is not filled in yet; `today` is the site's. */
export function blankCheck(check: CheckKind, today: string): Check {
  const blanks: { [K in CheckKind]: Extract<Check, { check: K }> } = {
    'total-uses': { check: 'total-uses', most: 1 },
    'daily-uses': { check: 'daily-uses', most: 1 },
    'period-uses': { check: 'period-uses', most: 1, period: 'month' },
    'minimum-interval': { check: 'minimum-interval', minutes: 30 },
    're-entry': { check: 're-entry' },
    'date-range': { check: 'date-range', first: today, last: today },
    weekdays: { check: 'weekdays', days: [1, 2, 3, 4, 5] },
    'days-excluded': { check: 'days-excluded', days: [] },
    'time-of-day': { check: 'time-of-day', first: '09:00:00', last: '17:00:00' },
    'time-slot': { check: 'time-slot', before_minutes: 15, after_minutes: 30 },
    gates: { check: 'gates', check_points: [], zones: [] },
    'persons-per-scan': { check: 'persons-per-scan', most: 10 },
  }
  return blanks[check]
}

/** Return a right with every field stated; `ticket_type` null is the type itself. */
export function rightInFull(stated: EntitlementParameters): Right {
  return { ticket_type: null, always: [], alternatives: [], ...stated } as Right
}

/** Return parameters with every field stated: what is left out has central's own defaults. */
export function inFull(stated: Partial<TicketTypeParameters>): Parameters {
  const { sale, after_sale, entitlements, concession, ...rest } = stated
  const open = { minimum_age: null, maximum_age: null, first: null, last: null, every_year: null, asks_number: false }
  return {
    name_zh: '',
    name_en: '',
    validity: { kind: 'days-from-visit', days: 1 },
    slots: [],
    group: null,
    is_real_name: false,
    activation: null,
    counts_visitors: true,
    claim: 'when-online',
    unseen_allowed: true,
    autonomy_s: AUTONOMY_S,
    ...rest,
    concession: (concession ?? []).map((ground) => ({ ...open, ...ground })),
    entitlements: (entitlements ?? []).map(rightInFull),
    sale: saleInFull(sale ?? {}),
    after_sale: afterSaleInFull(after_sale ?? {}),
  } as Parameters
}

export function saleInFull(stated: NonNullable<TicketTypeParameters['sale']>): Parameters['sale'] {
  return {
    opens_at: null,
    closes_at: null,
    days_ahead_least: 0,
    days_ahead_most: MOST_DAYS_AHEAD,
    today_until: null,
    per_order: null,
    stock: null,
    ...stated,
    prices: (stated.prices ?? []).map((price) => ({ weekdays: null, ...price })),
    person_limit: stated.person_limit ? { a_day: null, in_all: null, ...stated.person_limit } : null,
  }
}

export function afterSaleInFull(stated: NonNullable<TicketTypeParameters['after_sale']>): Parameters['after_sale'] {
  const term = { until: '23:59:00', fee_fen: null, fee_per_mille: null }
  return {
    refund: {
      is_refundable: stated.refund?.is_refundable ?? true,
      terms: (stated.refund?.terms ?? []).map((one) => ({ ...term, ...one })),
    },
    reschedule: stated.reschedule ? { times: 1, days_before: 0, until: '23:59:00', ...stated.reschedule } : null,
    reprints: stated.reprints ?? 3,
  }
}

/** Return a draft that begins with these parameters; a preset has no price. */
export function blankDraft(stated: Partial<TicketTypeParameters> = {}): TypeDraft {
  return { parameters: inFull(stated), price_fen: null, is_on_sale: true, category_id: null }
}

/** Return what stands, as the form has it. */
export function draftOf({ parameters, price_fen, is_on_sale, category }: TicketTypeView): TypeDraft {
  return { parameters: inFull(parameters), price_fen, is_on_sale, category_id: category?.id ?? null }
}

function stated(view: TicketTypeView): Stated<TypeDraft> {
  return { version: view.version, values: draftOf(view) }
}

interface Told {
  /** What a save reached. */
  changed: (effects: ChangedTypeView) => void
  /** What was read or added. */
  read: (view: TicketTypeView) => void
}

async function put(ticket_type_id: number, category_id: number | null, version: number): Promise<void> {
  await setTicketTypeCategory({ path: { ticket_type_id }, body: { category_id, version } })
}

/** Return how a type is read and saved; null is a new one. Its category is an operation of its own: it comes after the others. */
export function typeForm(number: number | null, told: Told): FormOptions<TypeDraft> {
  let read: TicketTypeView | null = null
  /** The version that a save of this form made, where what came after it failed. */
  let own = 0

  async function readIt(ticket_type_id: number): Promise<Stated<TypeDraft>> {
    read = (await readTicketType({ path: { ticket_type_id } })).data
    told.read(read)
    return stated(read)
  }

  if (number === null) {
    return {
      blank: blankDraft,
      save: async ({ parameters, price_fen, category_id }, { intention }) => {
        const body = { parameters, price_fen: price_fen as number }
        const { ticket_type_id, version } = (await addTicketType({ body, headers: under(intention) })).data
        if (category_id !== null) await put(ticket_type_id, category_id, version)
        return readIt(ticket_type_id)
      },
    }
  }
  const path = { ticket_type_id: number }
  return {
    blank: blankDraft,
    read: () => readIt(number),
    save: async ({ parameters, price_fen, is_on_sale, category_id }, about) => {
      const body = { parameters, price_fen: price_fen as number, is_on_sale, version: Math.max(own, about.version) }
      const changed = (await changeTicketType({ path, body })).data
      own = changed.version
      told.changed(changed)
      if (category_id !== (read?.category?.id ?? null)) await put(number, category_id, changed.version)
      return readIt(number)
    },
  }
}

export const TYPE_FORM: InjectionKey<Form<TypeDraft>> = Symbol('ticket type')

/** Return the form around, for a section of the editor. */
export function useTypeForm(): Form<TypeDraft> {
  const form = inject(TYPE_FORM)
  if (!form) throw new Error('a section stands in the editor of ticket types')
  return form
}
