"""What a type's days and slots still offer: pure.

Laws: an offer is the judgement of a quote for one ticket by a buyer of whom nothing else is known: what is offered is sold, and
what is not is refused by the reason's code; a day with slots is offered while one of its slots is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from central.catalog.parameters import Slot
from central.catalog.rules.sale import price_fen
from central.catalog.sale import StockPer
from central.catalog.ticket_type import TicketType
from central.sales.rules.on_sale import NotSold, Unsold, unsold_beyond, unsold_in, unsold_on, unsold_while_full
from central.sales.rules.pricing import PricedLine, WantedLine, persons_of, promised
from central.sales.rules.quotas import QuotaKey, SiteDay, Take, places_left, shortage, site_takes, takes_of
from protocol.identifiers import SiteId

Slots = tuple[Slot | None, ...]
# A buyer who has bought nothing yet.
_ANY_PHONE = "00000"
_ANY_BUYER = b"any"


@dataclass(frozen=True, slots=True)
class Terms:
    """By what a site sells at its local time: how many may come on a day, its full day, and why the seller may not sell."""

    site_id: SiteId
    zone: tzinfo
    at: datetime
    daily_capacity: int | None
    full_day: date | None
    barred: NotSold | None


@dataclass(frozen=True, slots=True)
class Tried:
    """One ticket of a type as a quote would see it: its price, what it takes, and why it is not sold if all places are free."""

    line: PricedLine
    takes: tuple[Take, ...]
    not_sold: NotSold | None


@dataclass(frozen=True, slots=True)
class Offer:
    """A day, or a slot of it: the price per person, the places left (None: not limited), and why it is not sold."""

    visit: date
    slot: Slot | None
    price_fen: int
    places_left: int | None
    not_sold: NotSold | None

    @property
    def is_sold(self) -> bool:
        """Return whether a quote for one ticket takes it."""
        return self.not_sold is None


def slots_of(one: TicketType) -> Slots:
    """Return the slots of a type; no slot is the one way to visit where it has none."""
    return tuple(one.parameters.slots) or (None,)


def deciding_slots(one: TicketType) -> Slots:
    """Return the slots by which a day is judged: all where each has places of its own, else the one that ends last."""
    stock, slots = one.parameters.sale.stock, one.parameters.slots
    if not slots or (stock is not None and stock.per is StockPer.SLOT):
        return slots_of(one)
    return (max(slots, key=lambda slot: datetime.combine(date.min, slot.start) + timedelta(minutes=slot.minutes)),)


def tried_on(one: TicketType, visit: date, slots: Slots, terms: Terms) -> tuple[Tried, ...]:
    """Return a type on a day, slot by slot, asked in the order in which a quote asks."""
    price = price_fen(one.parameters.sale, visit, one.price_fen)
    wanted = WantedLine(one.type_id, 1, persons_of(one)[0], visit, None, ())
    lines = [PricedLine(wanted, one, slot, price) for slot in slots]
    of_site = site_takes(lines[:1], SiteDay(terms.site_id, terms.daily_capacity))
    of_day = terms.barred or unsold_on(one, one.type_id, terms.site_id, visit, terms.at)
    of_order = unsold_beyond(one, wanted.persons) or unsold_while_full(one, visit, terms.full_day)
    return tuple(
        Tried(line, (*_of_type(line, terms.zone), *of_site), of_day or unsold_in(line.slot, visit, terms.at) or of_order)
        for line in lines
    )


def offers(tries: Sequence[Tried], taken: Mapping[QuotaKey, int]) -> tuple[Offer, ...]:
    """Return the offer of each, by what is taken of its places now."""
    return tuple(_offer([one], taken) for one in tries)


def offer_of_day(tries: Sequence[Tried], taken: Mapping[QuotaKey, int]) -> Offer:
    """Return the offer of a day, of which these are all slots."""
    found = _offer(tries, taken)
    return Offer(found.visit, None, found.price_fen, found.places_left, found.not_sold)


def _of_type(line: PricedLine, zone: tzinfo) -> tuple[Take, ...]:
    return takes_of((line,), promised((line,), zone), _ANY_PHONE, lambda _: _ANY_BUYER)


def _offer(tries: Sequence[Tried], taken: Mapping[QuotaKey, int]) -> Offer:
    first, reasons = tries[0].line, [one.not_sold or shortage(one.takes, taken) for one in tries]
    ahead = [one for one, why in zip(tries, reasons, strict=True) if why is None or why.why is not Unsold.SLOT_OVER]
    left = places_left((take for one in ahead for take in one.takes), taken) if ahead else 0
    return Offer(first.wanted.visit, first.slot, first.price_fen, left, _reason_of(reasons))


def _reason_of(reasons: Sequence[NotSold | None]) -> NotSold | None:
    """Return nothing where one slot is sold; else the reason of a slot that is not over, if there is one."""
    if None in reasons:
        return None
    known = [one for one in reasons if one is not None]
    return next((one for one in known if one.why is not Unsold.SLOT_OVER), known[0])
