"""The claims of one ticket, the same in each run: golden codes are made of them."""

from protocol.identifiers import KeyId, SiteId, TicketId, TicketTypeId
from protocol.instants import Minute
from protocol.tickets.claims import Claims, TicketFlags

SEED = 7  # of the key that signs
SINGLE = Claims(
    key_id=KeyId(SEED),
    ticket_id=TicketId(0x0123_4567_89AB_CDEF),
    issuing_site=SiteId(1),
    ticket_type=TicketTypeId(258),
    issued_at=Minute(29_630_000),
    not_before=Minute(29_631_000),
    not_after=Minute(29_672_639),
    flags=TicketFlags.NONE,
    generation=1,
)
