"""Parses bytes from a scanner or a keypad into one of the credentials that lead to tickets.

Laws: any bytes give an answer and no exception; one ticket has one text (law 2); shown bytes are never stored or logged, only the
key made of them.
"""

from dataclasses import dataclass
from typing import assert_never

from protocol.admission.facts import DocumentCard, Forged, LookUpCode, Presented, TicketCode, TypedNumber, Unreadable
from protocol.feed.records import CredentialKind, credential_key
from protocol.identifiers import TicketId
from protocol.keyring import Keyring
from protocol.tickets.codec import PREFIX, decode
from protocol.tickets.short_number import is_short_number
from protocol.tickets.signature import proving_key

MAX_CODE_BYTES = 128


@dataclass(frozen=True, slots=True)
class LookUp:
    """The look-ups in the index of credentials: the gate tries each kind and key."""

    keys: tuple[tuple[CredentialKind, bytes], ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """The parsed credential, and the way to its tickets: by the id, the short number, or the index."""

    presented: Presented
    ticket_id: TicketId | None = None
    short_number: str | None = None
    look_up: LookUp | None = None


def read_code(payload: bytes, keyring: Keyring) -> Shown:
    """Parse the bytes of a scanner or camera, or the text that staff typed."""
    if payload.startswith(PREFIX.encode("ascii")):
        return _ticket(payload, keyring)
    if not 0 < len(payload) <= MAX_CODE_BYTES or not payload.isascii():
        return Shown(Unreadable())
    text = payload.decode("ascii")
    if is_short_number(text):
        return Shown(TypedNumber(), short_number=text)
    if not text.isprintable() or not text.isalnum():
        return Shown(Unreadable())
    return Shown(LookUpCode(), look_up=_look_up(payload, CredentialKind.OTA_CODE, CredentialKind.NFC))


def read_card(card: DocumentCard, older: tuple[bytes, ...] = ()) -> Shown:
    """Take the hashes of an ID card: by the site's newest key, and `older` by the keys still kept, newest first.

    The card is known by its first hash; the others lead to earlier sales and passages, before the site's key changed (law 9).
    """
    return Shown(card, look_up=LookUp(tuple((CredentialKind.ID_CARD, one) for one in (card.holder, *older))))


def without_tickets(shown: Shown) -> Shown:
    """Return the credential of a code that leads to no ticket: a code of unknown form is no ticket, a number may be one."""
    match shown.presented:
        case LookUpCode():
            return Shown(Unreadable())
        case Unreadable() | Forged() | TicketCode() | DocumentCard() | TypedNumber():
            return shown
        case _:
            assert_never(shown.presented)


def _ticket(payload: bytes, keyring: Keyring) -> Shown:
    token = decode(payload)
    if token is None:
        return Shown(Unreadable())
    key = proving_key(token, keyring)
    if key is None:
        return Shown(Forged())
    return Shown(TicketCode(token.claims, key.state), ticket_id=token.claims.ticket_id)


def _look_up(payload: bytes, *kinds: CredentialKind) -> LookUp:
    return LookUp(tuple((kind, credential_key(kind, payload)) for kind in kinds))
