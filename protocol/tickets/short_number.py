"""The short number that a person can type: the top 32 bits of the ticket id in ten digits, two check digits (ISO 7064 MOD 97-10).

Laws: it is computed from the id, so that central publishes nothing more to find a ticket by it; it is a look-up credential and
never a proof by itself at an unattended gate; the check digits detect every single wrong digit and every swap of two neighbours.
"""

from protocol.identifiers import U32_MAX, TicketId

DIGITS = 12
PREFIX_BYTES = 4
_ID_SHIFT = 32
_CHECK_DIGITS = 2
_MODULUS = 97


def number_of(ticket_id: TicketId) -> str:
    """Return the ticket's number: 12 digits."""
    prefix = ticket_id >> _ID_SHIFT
    return f"{prefix:010}{_MODULUS + 1 - prefix * 100 % _MODULUS:02}"


def is_short_number(text: str) -> bool:
    """Whether a text could be a short number: its length, its digits, its check digits."""
    return len(text) == DIGITS and text.isascii() and text.isdigit() and int(text) % _MODULUS == 1


def id_prefix(number: str) -> bytes | None:
    """Return the first 4 bytes of the id of every ticket with this number; None where no ticket can have it."""
    assert is_short_number(number), "the caller has asked is_short_number"
    prefix = int(number[:-_CHECK_DIGITS])
    return prefix.to_bytes(PREFIX_BYTES, "big") if prefix <= U32_MAX else None


def ids_of_prefix(prefix: bytes) -> tuple[TicketId, TicketId]:
    """Return the lowest and the highest id that begin with the 4 bytes."""
    assert len(prefix) == PREFIX_BYTES, "a prefix is what id_prefix returned"
    lowest = int.from_bytes(prefix, "big") << _ID_SHIFT
    return TicketId(lowest), TicketId(lowest | U32_MAX)
