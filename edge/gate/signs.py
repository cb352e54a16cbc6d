"""Chooses the sign for a verdict, where a lane has lamps. Pure."""

from edge.devices.ports import Sign
from protocol.admission.verdict import Admit, AskForCard, CallStaff, FreePassage, LetOut, Refuse, Verdict


def sign_of(verdict: Verdict) -> Sign:
    """Return the sign."""
    match verdict:
        case Admit() | LetOut() | FreePassage():
            return Sign.GO
        case AskForCard():
            return Sign.CARD
        case Refuse():
            return Sign.STOP
        case CallStaff():
            return Sign.CALL
