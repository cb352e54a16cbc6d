"""The intent that a gate journals before it lets a ticket's holder in: each test states only what differs."""

from dataclasses import replace

from protocol.admission.passages import PassageKind
from protocol.directions import Direction
from protocol.identifiers import AttemptId, EntitlementId, TicketId
from protocol.instants import Instant
from protocol.journal.events import Intent


def entry_intent(ticket_id: TicketId, attempt: bytes, scanned_at: Instant, **changes: object) -> Intent:
    """Return the intent of one person's entry by the ticket's first entitlement, decided under the first feed version."""
    default = Intent(
        attempt_id=AttemptId(attempt),
        direction=Direction.ENTRY,
        kind=PassageKind.ENTRY,
        ticket_id=ticket_id,
        entitlement_id=EntitlementId(1),
        generation=1,
        persons=1,
        uses_left=0,
        flags=(),
        feed_version=1,
        resumes=None,
        rule_id=0,
        holder=None,
        supervisor=None,
        scanned_at=scanned_at,
    )
    return replace(default, **changes)  # type: ignore[arg-type]  # the names are the intent's own
