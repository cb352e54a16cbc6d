"""Which tickets may be printed for the first time. Pure.

Law: a ticket is handed to a printer once; after that staff print it again, with a mark on its face.
"""

from enum import Enum

from central.shop.messages import HANDED_OUT_AT_WINDOW, PRINTED_ALREADY, UNPRINTED_AS_OVER, UNPRINTED_BY_STATE
from central.shop.rules.selling import WINDOW
from protocol.instants import Minute
from protocol.tickets.record import TicketRecord, TicketState


class Unprinted(Enum):
    """Why a ticket is not printed here, from the farthest from a print to the nearest."""

    STATE = UNPRINTED_BY_STATE
    OVER = UNPRINTED_AS_OVER
    WINDOW = HANDED_OUT_AT_WINDOW
    PRINTED = PRINTED_ALREADY


def unprinted(record: TicketRecord, channel: str, now: Minute, *, is_handed: bool) -> Unprinted | None:
    """Return why a paid ticket is not printed for the first time; None where it is.

    `channel` sold it; `is_handed`: it was handed to a printer before.
    """
    if record.state is not TicketState.ACTIVE:
        return Unprinted.STATE
    if record.valid_until < now:
        return Unprinted.OVER
    if channel == WINDOW:
        return Unprinted.WINDOW
    return Unprinted.PRINTED if is_handed else None
