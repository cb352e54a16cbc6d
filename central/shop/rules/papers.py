"""Which tickets may be printed for the first time. Pure.

Law: a ticket is handed to a printer once; after that staff print it again, with a mark on its face.
"""

from enum import StrEnum

from central.shop.rules.selling import WINDOW
from protocol.instants import Minute
from protocol.tickets.record import TicketRecord, TicketState


class Unprinted(StrEnum):
    """Why a ticket is not printed here."""

    STATE = "it is not active: it was given back, is blocked, or waits for its activation code"
    OVER = "its validity is over"
    WINDOW = "it was handed out at a window when it was sold; staff can print it again"
    PRINTED = "it was printed already; staff can print it again"


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
