"""The claims in the 29-byte body of a PF1 ticket.

Laws: claims are the facts at issue; where the cache has a row for the ticket, the row decides (protocol/SPEC.md, section 6).
"""

from dataclasses import dataclass
from enum import IntFlag

from protocol.identifiers import KeyId, SiteId, TicketId, TicketTypeId
from protocol.instants import Minute


class TicketFlags(IntFlag):
    """Bits of the body's flags byte; the others are zero."""

    NONE = 0
    GROUP = 1
    REAL_NAME = 2
    MULTI_USE = 4
    MULTI_SITE = 8


KNOWN_FLAGS = TicketFlags.GROUP | TicketFlags.REAL_NAME | TicketFlags.MULTI_USE | TicketFlags.MULTI_SITE


@dataclass(frozen=True, slots=True)
class Claims:
    """The claims of one ticket's code. Minutes count from 1970-01-01T00:00:00Z; not_before < not_after."""

    key_id: KeyId
    ticket_id: TicketId
    issuing_site: SiteId
    ticket_type: TicketTypeId
    issued_at: Minute
    not_before: Minute
    not_after: Minute
    flags: TicketFlags
    generation: int
