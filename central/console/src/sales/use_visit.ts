/**
 * Chooses the day and slot of a cart, or of one line of it, with what central has left there.
 *
 * Laws: of two days that are looked at only the later one counts; a sale that ended begins the next one with today.
 */
import { quoteOrder, readTicketTypeSlots, type QuoteView, type SlotOfferView, type TicketTypeView } from '@client'
import { computed, ref, shallowRef, type Ref } from 'vue'

import { onDay, type Cart, type Line } from './cart'
import { bodyOf } from './use_quote'
import { dayMoved, slotMeant, type VisitCommand } from './visit'

export interface Place {
  siteId: Ref<number | null>
  today: Ref<string>
  cart: Ref<Cart>
  byId: Ref<ReadonlyMap<number, TicketTypeView>>
}

export function isTimed(type: TicketTypeView | undefined): boolean {
  return (type?.parameters.slots?.length ?? 0) > 0
}

export function useVisit({ siteId, today, cart, byId }: Place) {
  const chosen = shallowRef<{ day: string | null; slot: string | null }>({ day: null, slot: null })
  const day = computed(() => chosen.value.day ?? today.value)
  const draftDay = ref('')
  const wished = ref<string | null>(null)
  const isOfLine = ref(false)
  const offers = shallowRef<ReadonlyMap<number, readonly SlotOfferView[]>>(new Map())
  const quote = shallowRef<QuoteView | null>(null)
  const fault = shallowRef<unknown>(null)
  let latest: Promise<void> = Promise.resolve()
  let offersOf = ''

  const line = computed<Line | undefined>(() => cart.value.lines[cart.value.at])
  /** The timed type whose slots are shown: the line's at hand, else the first of the cart. */
  const timed = computed(() => {
    const lines = isOfLine.value ? [line.value] : [line.value, ...cart.value.lines]
    return lines.map((one) => byId.value.get(one?.typeId ?? 0)).find(isTimed)
  })
  const slots = computed(() => offers.value.get(timed.value?.ticket_type_id ?? 0) ?? [])
  const slot = computed(() => slotMeant(slots.value, wished.value))

  async function slotsOf(typeId: number, on: string): Promise<readonly SlotOfferView[]> {
    if (!isTimed(byId.value.get(typeId))) return []
    return (await readTicketTypeSlots({ path: { ticket_type_id: typeId }, query: { site_id: siteId.value, day: on } })).data.slots
  }

  /** Return the slot that a ticket of a type gets on the day that is sold for; null where it has none. */
  async function slotFor(typeId: number): Promise<string | null> {
    return slotMeant(await slotsOf(typeId, day.value), chosen.value.slot)
  }

  async function read(): Promise<void> {
    const now = { day: draftDay.value, cart: cart.value, only: isOfLine.value ? cart.value.at : null }
    const meant = wished.value
    const isLatest = () => now.day === draftDay.value && meant === wished.value
    const ids = [...new Set(now.cart.lines.map(({ typeId }) => typeId))]
    const found = new Map(await Promise.all(ids.map(async (id) => [id, await slotsOf(id, now.day)] as const)))
    const moved = onDay(now.cart, now.day, (typeId) => slotMeant(found.get(typeId) ?? [], meant), now.only)
    if (!isLatest()) return
    offers.value = found
    offersOf = now.day
    if (moved.lines.length > 0 && siteId.value !== null) {
      const answer = (await quoteOrder({ body: { site_id: siteId.value, lines: bodyOf(moved) } })).data
      if (isLatest()) quote.value = answer
    }
  }

  function look(): void {
    quote.value = fault.value = null
    const asked = { day: draftDay.value, slot: wished.value }
    latest = read()
    latest.catch((error: unknown) => {
      if (asked.day === draftDay.value && asked.slot === wished.value) fault.value = error
    })
  }

  function open(): void {
    draftDay.value = line.value?.day ?? day.value
    wished.value = line.value?.slot ?? chosen.value.slot
    isOfLine.value = false
    look()
  }

  function turnSlot(by: 1 | -1): void {
    const at = slots.value.findIndex(({ slot_start }) => slot_start === slot.value)
    wished.value = slots.value[at + by]?.slot_start ?? slot.value
    look()
  }

  /** Move the cart, or the line, to what is chosen; what central refuses of it is said beside the cart. */
  async function take(): Promise<void> {
    const on = draftDay.value
    const byType = await movedSlots(on)
    cart.value = onDay(cart.value, on, (typeId) => byType.get(typeId) ?? null, isOfLine.value ? cart.value.at : null)
    if (!isOfLine.value) chosen.value = { day: on === today.value ? null : on, slot: wished.value }
  }

  async function movedSlots(on: string): Promise<ReadonlyMap<number, string | null>> {
    await latest.catch(() => undefined)
    const isKnown = offersOf === on
    const ids = cart.value.lines.map(({ typeId }) => typeId)
    const known = await Promise.all(
      ids.map(async (id) => [id, (isKnown ? offers.value.get(id) : null) ?? (await slotsOf(id, on))] as const),
    )
    return new Map(known.map(([id, found]) => [id, slotMeant(found, wished.value)]))
  }

  /** Carry out what a key says; return whether the choice goes on. */
  async function carryOut(command: VisitCommand): Promise<boolean> {
    if (command.act === 'back') return false
    if (command.act === 'take') {
      await take()
      return false
    }
    if (command.act === 'days') draftDay.value = dayMoved(draftDay.value, command.days, today.value)
    if (command.act === 'scope') isOfLine.value = !isOfLine.value && cart.value.lines.length > 1
    if (command.act === 'slot-at') wished.value = slots.value[command.at]?.slot_start ?? wished.value
    if (command.act === 'slot') turnSlot(command.by)
    else look()
    return true
  }

  return {
    day, draftDay, isOfLine, line, timed, slots, slot, quote, fault, slotFor, open, carryOut,
    reset: () => (chosen.value = { day: null, slot: null }),
  } // prettier-ignore
}
