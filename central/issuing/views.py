"""A ticket as the API shows it."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from central.domain.names import SiteName, TicketTypeName
from central.issuing.tickets import Ticket, id_text
from protocol.identifiers import TicketId
from protocol.instants import from_minute, to_datetime
from protocol.tickets.short_number import DIGITS

TicketIdText = Annotated[str, Field(pattern=r"^[0-9a-f]{16}$", description="16 hexadecimal digits")]


def _shown_id(said: TicketId | str) -> str:
    return said if isinstance(said, str) else id_text(said)


ShownTicketId = Annotated[TicketIdText, BeforeValidator(_shown_id)]
ShortNumber = Annotated[str, Field(pattern=rf"^[0-9]{{{DIGITS}}}$")]


class TicketStateWord(StrEnum):
    """Whether a ticket may be used at all. Unpaid: its order waits for money. Inactive: it waits for its activation code."""

    ACTIVE = "active"
    VOID = "void"
    BLOCKED = "blocked"
    UNPAID = "unpaid"
    INACTIVE = "inactive"


class TicketPath(BaseModel):
    """Which ticket."""

    model_config = ConfigDict(extra="forbid")

    ticket_id: TicketIdText


class TicketView(BaseModel):
    """A ticket. `code` is the text of its QR; instants are UTC, `valid_until` is the start of the last minute."""

    ticket_id: TicketIdText
    short_number: str
    code: str
    order_id: int
    site: SiteName
    ticket_type: TicketTypeName
    state: TicketStateWord
    generation: int
    persons: int
    issued_at: datetime
    valid_from: datetime
    valid_until: datetime
    slot_start: datetime | None
    slot_minutes: int


def ticket_view(ticket: Ticket) -> TicketView:
    """Return the view of a ticket."""
    record = ticket.record
    return TicketView(
        ticket_id=id_text(record.ticket_id),
        short_number=ticket.short_number,
        code=ticket.code,
        order_id=ticket.order_id,
        site=SiteName.of(record.issuing_site),
        ticket_type=TicketTypeName.of(record.ticket_type),
        state=TicketStateWord[record.state.name],
        generation=record.generation,
        persons=record.persons,
        issued_at=to_datetime(from_minute(record.issued_at)),
        valid_from=to_datetime(from_minute(record.valid_from)),
        valid_until=to_datetime(from_minute(record.valid_until)),
        slot_start=to_datetime(from_minute(record.slot_start)) if record.slot_minutes else None,
        slot_minutes=record.slot_minutes,
    )
