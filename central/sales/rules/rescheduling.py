"""Whether a sold ticket may move to another day or slot of its type: pure rules.

Laws: the rules are those of the sale; a visitor never gets a dearer day for less, and a cheaper day gives nothing back.
"""

from dataclasses import dataclass
from datetime import date, datetime, time

from central.catalog.rules.after_sale import reschedule_refusal
from central.catalog.rules.concessions import day_is_granted
from central.catalog.rules.sale import price_fen
from central.catalog.rules.validity import day_is_sold, slot_is_over, slot_starting
from central.catalog.ticket_type import TicketType
from central.domain.problems import Problem, ProblemCode, wrong_field
from central.domain.saying import Said
from central.sales.messages import DAY_COSTS_MORE, DAY_WITHOUT_CONCESSION, NOT_SOLD_FOR_DAY, SLOT_IS_OVER
from central.sales.rules.pricing import Promise, slots_said
from protocol.identifiers import TicketId


@dataclass(frozen=True, slots=True)
class WantedDay:
    """The day, and the slot where the type has slots, to which the ticket moves."""

    ticket_id: TicketId
    visit: date
    slot_start: time | None


def require_movable(promise: Promise, one: TicketType, wanted: WantedDay, at: datetime) -> None:
    """Raise Problem where a ticket may not be moved to that day at the site's local time."""
    refusal = reschedule_refusal(promise.rules.reschedule, promise.use_day, promise.moves, at)
    if refusal is not None:
        raise Problem(ProblemCode.NOT_RESCHEDULABLE, refusal)
    if not day_is_sold(one.parameters, wanted.visit, at.date()):
        raise refused("visit_day", NOT_SOLD_FOR_DAY.of(visit=wanted.visit))
    if not day_is_granted(one.parameters.concession, wanted.visit):
        raise refused("visit_day", DAY_WITHOUT_CONCESSION.of(visit=wanted.visit))
    costs_fen = price_fen(one.parameters.sale, wanted.visit, one.price_fen)
    if costs_fen > promise.price_fen:
        raise refused("visit_day", DAY_COSTS_MORE.of(costs_fen=costs_fen, paid_fen=promise.price_fen))
    slot = None if wanted.slot_start is None else slot_starting(one.parameters, wanted.slot_start)
    if (slot is None) != (not one.parameters.slots and wanted.slot_start is None):
        raise wrong_field(ProblemCode.SLOT_REQUIRED, "slot_start", slots_said(one))
    if slot is not None and slot_is_over(slot, wanted.visit, at):
        raise refused("slot_start", SLOT_IS_OVER.of(start=slot.start))


def refused(field: str, said: Said) -> Problem:
    """Return the problem of a day or slot that a ticket cannot move to."""
    return wrong_field(ProblemCode.NOT_RESCHEDULABLE, field, said)
