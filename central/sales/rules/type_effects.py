"""What a change of a ticket type reaches: later sales alone, sold tickets, or screens; and what sold tickets do not allow. Pure.

Laws: a right that was sold is counted by its place in the type, at the sites of its sale, so that rights neither come, go nor
move while tickets are out; a gate never asks of a sold ticket what its buyer was not asked at the sale.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from central.catalog.parameters import TicketTypeParameters
from central.catalog.ticket_type import TicketType
from central.domain.problems import FieldFault
from central.domain.saying import Message
from central.sales.messages import (
    ACTIVATION_IS_OUT,
    REACHES_LATER_ACTIVATIONS,
    REACHES_LATER_SALES,
    REACHES_SCREENS,
    REACHES_SOLD_TICKETS,
    RIGHTS_ARE_OUT,
    SLOTLESS_ARE_OUT,
)


class Reach(StrEnum):
    """What a change of a field reaches."""

    LATER_SALES = "later-sales"
    LATER_ACTIVATIONS = "later-activations"
    SOLD_TICKETS = "sold-tickets"
    SCREENS = "screens"


# What is said of each.
TEXTS: Mapping[Reach, Message] = {
    Reach.LATER_SALES: REACHES_LATER_SALES,
    Reach.LATER_ACTIVATIONS: REACHES_LATER_ACTIVATIONS,
    Reach.SOLD_TICKETS: REACHES_SOLD_TICKETS,
    Reach.SCREENS: REACHES_SCREENS,
}
_REACH: dict[str, Reach] = {
    "name_zh": Reach.SCREENS,
    "name_en": Reach.SCREENS,
    "entitlements": Reach.SOLD_TICKETS,
    "validity": Reach.LATER_ACTIVATIONS,
    "slots": Reach.LATER_SALES,
    "group": Reach.LATER_SALES,
    "is_real_name": Reach.LATER_SALES,
    "activation": Reach.LATER_SALES,
    "concession": Reach.LATER_SALES,
    "counts_visitors": Reach.SOLD_TICKETS,
    "claim": Reach.SOLD_TICKETS,
    "unseen_allowed": Reach.SOLD_TICKETS,
    "autonomy_s": Reach.SOLD_TICKETS,
    "sale": Reach.LATER_SALES,
    "after_sale": Reach.LATER_SALES,
    "price_fen": Reach.LATER_SALES,
    "is_on_sale": Reach.LATER_SALES,
}


@dataclass(frozen=True, slots=True)
class Effect:
    """A field that a change sets otherwise, and what that reaches."""

    field: str
    reach: Reach


@dataclass(frozen=True, slots=True)
class Sold:
    """What is out: tickets that may be used, tickets that wait for their code, orders that wait for their money."""

    valid_tickets: int
    inactive_tickets: int
    held_orders: int

    @property
    def tickets(self) -> int:
        """Return how many tickets a change must leave usable."""
        return self.valid_tickets + self.inactive_tickets


def effects(before: TicketType, after: TicketType) -> tuple[Effect, ...]:
    """Return the fields that differ, in their order, and what each reaches."""
    stood, stands = _fields(before), _fields(after)
    return tuple(Effect(name, _REACH[name]) for name in _REACH if stood[name] != stands[name])


def contradiction(before: TicketTypeParameters, after: TicketTypeParameters, sold: Sold) -> FieldFault | None:
    """Return why a change cannot be while so much is out; None where it can."""
    if (sold.tickets or sold.held_orders) and _rights(before) != _rights(after):
        return _fault("entitlements", RIGHTS_ARE_OUT, sold)
    if (sold.tickets or sold.held_orders) and after.slots and not before.slots:
        return _fault("slots", SLOTLESS_ARE_OUT, sold)
    if (sold.inactive_tickets or sold.held_orders) and (before.activation is None) != (after.activation is None):
        return _fault("activation", ACTIVATION_IS_OUT, sold)
    return None


def _rights(parameters: TicketTypeParameters) -> list[tuple[int | None, list[int]]]:
    return [(right.ticket_type, sorted(right.sites)) for right in parameters.entitlements]


def _fault(field: str, message: Message, sold: Sold) -> FieldFault:
    return FieldFault(field, message.of(tickets=sold.tickets, orders=sold.held_orders))


def _fields(one: TicketType) -> dict[str, object]:
    own = {"price_fen": one.price_fen, "is_on_sale": one.is_on_sale}
    return {name: getattr(one.parameters, name) for name in TicketTypeParameters.model_fields} | own
