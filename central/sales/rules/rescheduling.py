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
from central.domain.problems import FieldFault, Problem, ProblemCode
from central.sales.rules.pricing import Promise
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
        raise refused("visit_day", f"it is not sold for {wanted.visit}")
    if not day_is_granted(one.parameters.concession, wanted.visit):
        raise refused("visit_day", f"the concession is not granted on {wanted.visit}")
    costs_fen = price_fen(one.parameters.sale, wanted.visit, one.price_fen)
    if costs_fen > promise.price_fen:
        raise refused("visit_day", f"a person costs {costs_fen} fen that day, {promise.price_fen} were paid; upgrade the ticket")
    slot = None if wanted.slot_start is None else slot_starting(one.parameters, wanted.slot_start)
    if (slot is None) != (not one.parameters.slots and wanted.slot_start is None):
        starts = ", ".join(f"{each.start:%H:%M}" for each in one.parameters.slots) or "none"
        message = f"must be the start of one of its slots: {starts}"
        raise Problem(ProblemCode.SLOT_REQUIRED, message, fields=(FieldFault("slot_start", message),))
    if slot is not None and slot_is_over(slot, wanted.visit, at):
        raise refused("slot_start", f"the slot of {slot.start:%H:%M} is over; take another")


def refused(field: str, message: str) -> Problem:
    """Return the problem of a day or slot that a ticket cannot move to."""
    return Problem(ProblemCode.NOT_RESCHEDULABLE, message, fields=(FieldFault(field, message),))
