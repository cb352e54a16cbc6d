"""A stored ticket as the record that gates get, and as its code."""

from dataclasses import dataclass

from central.store.tables.tickets import TicketRow
from protocol.identifiers import TicketId
from protocol.tickets.claims import TicketFlags
from protocol.tickets.codec import BODY_BYTES, decode, encode_text
from protocol.tickets.record import TicketRecord, TicketState


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket as central knows it: its record, its order, the text of its QR (PF1) and the number that a person types."""

    record: TicketRecord
    order_id: int
    line: int
    code: str
    short_number: str

    @property
    def ticket_id(self) -> TicketId:
        """Return the ticket's id."""
        return self.record.ticket_id


def id_text(ticket_id: TicketId) -> str:
    """Return the id as people and JSON see it: 16 hexadecimal digits (a JSON number would lose its last bits)."""
    return f"{ticket_id:016x}"


def id_from_text(text: str) -> TicketId:
    """Return the id of 16 hexadecimal digits that a model has already checked."""
    return TicketId(int(text, 16))


def subject(ticket_id: TicketId) -> str:
    """Return how the audit names a ticket."""
    return f"ticket:{id_text(ticket_id)}"


def record_of(row: TicketRow) -> TicketRecord:
    """Return the record of the ticket that gates get."""
    return TicketRecord(
        ticket_id=row.id,
        issuing_site=row.site_id,
        ticket_type=row.ticket_type_id,
        issued_at=row.issued_at,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        flags=TicketFlags(row.flags),
        generation=row.generation,
        state=TicketState(row.state),
        state_since=row.state_since,
        persons=row.persons,
        slot_start=row.slot_start,
        slot_minutes=row.slot_minutes,
    )


def ticket_of(row: TicketRow) -> Ticket:
    """Return the whole ticket."""
    code = encode_text(row.token[:BODY_BYTES], row.token[BODY_BYTES:])
    return Ticket(record_of(row), row.order_id, row.line, code, f"{row.short_number:012}")


def token_bytes(code: str) -> bytes:
    """Return the body and signature of a code that this process has just signed."""
    token = decode(code.encode("ascii"))
    assert token is not None, "a signer makes codes that read back"
    return token.body + token.signature
