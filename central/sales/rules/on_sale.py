"""Whether a ticket type is sold for a day or a slot, and if not, why: pure.

Laws: quotes and sales refuse by these functions, and what shows availability asks the same ones; each reason has one code, by
which a quote is refused.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from central.catalog.parameters import Slot
from central.catalog.rules.sale import Closed, refusal
from central.catalog.rules.validity import day_is_sold, slot_is_over
from central.catalog.ticket_type import TicketType
from central.domain.problems import Problem, ProblemCode, wrong_field
from central.domain.saying import Message, Said
from central.sales import messages
from central.sales.messages import NOT_SOLD_FOR_DAY, ORDER_LIMIT, SITE_FULL_ON_DAY, SLOT_IS_OVER, TYPE_NOT_ON_SALE
from protocol.identifiers import SiteId, TicketTypeId


class Unsold(StrEnum):
    """Why a type is not sold for a day or a slot."""

    NOT_ON_SALE = "not-on-sale"
    NOT_ALLOWED = "not-allowed"
    NOT_ITS_DAY = "not-its-day"
    NOT_YET = "not-yet"
    OVER = "over"
    TOO_LATE = "too-late"
    TOO_EARLY = "too-early"
    OVER_FOR_TODAY = "over-for-today"
    SLOT_OVER = "slot-over"
    PURCHASE_LIMIT = "purchase-limit"
    SITE_FULL = "site-full"
    SOLD_OUT = "sold-out"
    SITE_SOLD_OUT = "site-sold-out"

    @property
    def code(self) -> ProblemCode:
        """Return the code by which a quote is refused for this reason."""
        return _SAID[self].code

    def text(self, *, chinese: bool) -> str:
        """Return the reason as people read it."""
        return _SAID[self].message.of().text(chinese=chinese)


@dataclass(frozen=True, slots=True)
class _Title:
    code: ProblemCode
    message: Message


_SAID: Mapping[Unsold, _Title] = {
    Unsold.NOT_ON_SALE: _Title(ProblemCode.NOT_ON_SALE, messages.UNSOLD_NOT_ON_SALE),
    Unsold.NOT_ALLOWED: _Title(ProblemCode.SALE_NOT_ALLOWED, messages.UNSOLD_NOT_ALLOWED),
    Unsold.NOT_ITS_DAY: _Title(ProblemCode.NOT_ON_SALE, messages.UNSOLD_NOT_ITS_DAY),
    Unsold.NOT_YET: _Title(ProblemCode.SALE_NOT_OPEN, messages.UNSOLD_NOT_YET),
    Unsold.OVER: _Title(ProblemCode.SALE_CLOSED, messages.UNSOLD_OVER),
    Unsold.TOO_LATE: _Title(ProblemCode.DAY_NOT_SOLD, messages.UNSOLD_TOO_LATE),
    Unsold.TOO_EARLY: _Title(ProblemCode.DAY_NOT_SOLD, messages.UNSOLD_TOO_EARLY),
    Unsold.OVER_FOR_TODAY: _Title(ProblemCode.SALE_CLOSED, messages.UNSOLD_OVER_FOR_TODAY),
    Unsold.SLOT_OVER: _Title(ProblemCode.SALE_CLOSED, messages.UNSOLD_SLOT_OVER),
    Unsold.PURCHASE_LIMIT: _Title(ProblemCode.PURCHASE_LIMIT, messages.UNSOLD_PURCHASE_LIMIT),
    Unsold.SITE_FULL: _Title(ProblemCode.SITE_FULL, messages.UNSOLD_SITE_FULL),
    Unsold.SOLD_OUT: _Title(ProblemCode.SOLD_OUT, messages.UNSOLD_SOLD_OUT),
    Unsold.SITE_SOLD_OUT: _Title(ProblemCode.SOLD_OUT, messages.UNSOLD_SITE_SOLD_OUT),
}
_CLOSED = {
    Closed.NOT_YET: (Unsold.NOT_YET, "ticket_type_id"),
    Closed.OVER: (Unsold.OVER, "ticket_type_id"),
    Closed.OVER_FOR_TODAY: (Unsold.OVER_FOR_TODAY, "visit_day"),
    Closed.TOO_LATE: (Unsold.TOO_LATE, "visit_day"),
    Closed.TOO_EARLY: (Unsold.TOO_EARLY, "visit_day"),
}


@dataclass(frozen=True, slots=True)
class NotSold:
    """Why it is not sold, the field that caused it, and a sentence that says what would be sold."""

    why: Unsold
    field: str
    message: Said

    def problem(self, where: str = "") -> Problem:
        """Return the refusal of a quote; `where` stands before the field: `lines.0.`."""
        return wrong_field(self.why.code, f"{where}{self.field}", self.message)


def unsold_on(one: TicketType | None, type_id: TicketTypeId, site_id: SiteId, visit: date, at: datetime) -> NotSold | None:
    """Return why a type is not sold for a day by its site, at the site's local time; None where it is."""
    if one is None or not one.is_on_sale or site_id not in one.parameters.sites:
        return NotSold(Unsold.NOT_ON_SALE, "ticket_type_id", TYPE_NOT_ON_SALE.of(type_id=type_id, site_id=site_id))
    if not day_is_sold(one.parameters, visit, at.date()):
        return NotSold(Unsold.NOT_ITS_DAY, "visit_day", NOT_SOLD_FOR_DAY.of(visit=visit))
    closed = refusal(one.parameters.sale, visit, at)
    if closed is None:
        return None
    why, field = _CLOSED[closed.why]
    return NotSold(why, field, closed.message)


def unsold_in(slot: Slot | None, visit: date, at: datetime) -> NotSold | None:
    """Return why a slot of that day is not sold at the site's local time; None where it is, and where there is no slot."""
    if slot is None or not slot_is_over(slot, visit, at):
        return None
    return NotSold(Unsold.SLOT_OVER, "slot_start", SLOT_IS_OVER.of(start=slot.start))


def unsold_beyond(one: TicketType, persons: int) -> NotSold | None:
    """Return why an order may not hold a type for so many persons; None where it may."""
    most = one.parameters.sale.per_order
    if most is None or persons <= most:
        return None
    return NotSold(Unsold.PURCHASE_LIMIT, "quantity", ORDER_LIMIT.of(most=most, persons=persons))


def unsold_while_full(one: TicketType, visit: date, full_day: date | None) -> NotSold | None:
    """Return why a type is not sold for the day on which its site is full; None where it is."""
    if visit != full_day or not one.parameters.counts_visitors:
        return None
    return NotSold(Unsold.SITE_FULL, "visit_day", SITE_FULL_ON_DAY.of(day=full_day))
