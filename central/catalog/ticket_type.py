"""A ticket type as it is sold. Pure."""

from dataclasses import dataclass

from central.catalog.parameters import TicketTypeParameters
from protocol.admission.policy import TicketTypeRules
from protocol.identifiers import TicketTypeId
from protocol.tickets.claims import TicketFlags


@dataclass(frozen=True, slots=True)
class TicketType:
    """A ticket type by its number; the price is per person."""

    type_id: TicketTypeId
    parameters: TicketTypeParameters
    price_fen: int
    is_on_sale: bool

    def rules(self) -> TicketTypeRules:
        """Return the type as gates know it."""
        return self.parameters.stated(self.type_id)


def flags_of(parameters: TicketTypeParameters) -> TicketFlags:
    """Return what a ticket's code says of its type."""
    flags = TicketFlags.NONE
    if parameters.group:
        flags |= TicketFlags.GROUP
    if parameters.is_real_name:
        flags |= TicketFlags.REAL_NAME
    if parameters.is_multi_use:
        flags |= TicketFlags.MULTI_USE
    if len(parameters.sites) > 1:
        flags |= TicketFlags.MULTI_SITE
    return flags
