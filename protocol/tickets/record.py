"""Central's record of a ticket: the row in a gate's cache, which decides.

Laws: it holds no personal data and no uses (uses are events, a record is a state); equal records are equal in every field.
"""

from dataclasses import dataclass
from enum import IntEnum

from protocol.identifiers import KeyId, SiteId, TicketId, TicketTypeId
from protocol.instants import Minute
from protocol.tickets.claims import Claims, TicketFlags


class TicketState(IntEnum):
    """Whether the ticket may be used at all; the numbers are those of the wire."""

    ACTIVE = 0
    VOID = 1
    BLOCKED = 2
    UNPAID = 3
    INACTIVE = 4


@dataclass(frozen=True, slots=True)
class TicketRecord:
    """One ticket. Minutes are since the epoch in UTC; `valid_until` is inclusive (`instants.inclusive_end`).

    `persons` is how many the code admits (1, or a group's size). `slot_minutes` of zero means no time slot.
    `state_since` is when the state was set (0 while it never changed).
    """

    ticket_id: TicketId
    issuing_site: SiteId
    ticket_type: TicketTypeId
    issued_at: Minute
    valid_from: Minute
    valid_until: Minute
    flags: TicketFlags
    generation: int
    state: TicketState
    state_since: Minute
    persons: int
    slot_start: Minute
    slot_minutes: int

    def claims(self, key_id: KeyId) -> Claims:
        """Return what the record's code says, signed by this key."""
        return Claims(
            key_id=key_id,
            ticket_id=self.ticket_id,
            issuing_site=self.issuing_site,
            ticket_type=self.ticket_type,
            issued_at=self.issued_at,
            not_before=self.valid_from,
            not_after=self.valid_until,
            flags=self.flags,
            generation=self.generation,
        )


def agrees(record: TicketRecord, claims: Claims) -> bool:
    """Whether a code of the record's own generation agrees with the record. The validity may differ (顺延)."""
    return (
        record.ticket_id == claims.ticket_id
        and record.issuing_site == claims.issuing_site
        and record.ticket_type == claims.ticket_type
        and record.issued_at == claims.issued_at
        and record.flags == claims.flags
    )


def from_claims(claims: Claims) -> TicketRecord:
    """Return a record made from the code alone, for a ticket that the cache does not hold."""
    return TicketRecord(
        ticket_id=claims.ticket_id,
        issuing_site=claims.issuing_site,
        ticket_type=claims.ticket_type,
        issued_at=claims.issued_at,
        valid_from=claims.not_before,
        valid_until=claims.not_after,
        flags=claims.flags,
        generation=claims.generation,
        state=TicketState.ACTIVE,
        state_since=Minute(0),
        persons=1,
        slot_start=Minute(0),
        slot_minutes=0,
    )
