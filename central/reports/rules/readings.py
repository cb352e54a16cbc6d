"""What a text can be that a visitor shows or says: each way to read it. Pure.

Laws: a text may be read in several ways, and each is looked up; a way that the text's own check digits exclude is left out.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from central.sales.rules import activation
from protocol.holders import Document, DocumentType, has_valid_check_digit
from protocol.identifiers import TicketId
from protocol.tickets import codec
from protocol.tickets.short_number import is_short_number

MOST_ORDER = 2**63 - 1
_RESIDENT_ID = re.compile(r"[0-9]{17}[0-9Xx]")
_TICKET_ID = re.compile(r"[0-9a-f]{16}")
_PHONE = re.compile(r"\+?[0-9]{5,20}")
_PAYMENT_NUMBER = re.compile(r"[0-9A-Za-z_*|.-]{6,64}")


class ReadAs(StrEnum):
    """By what something was found."""

    TICKET_CODE = "ticket-code"
    TICKET_ID = "ticket-id"
    SHORT_NUMBER = "short-number"
    ORDER = "order-id"
    PAYMENT_NUMBER = "payment-number"
    ACTIVATION_CODE = "activation-code"
    PHONE = "phone"
    DOCUMENT = "document"


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a text: as a number, as a text, as the hash of a text, or as a document."""

    read_as: ReadAs
    value: int | str | bytes | Document


def readings(text: str) -> tuple[Reading, ...]:
    """Return all ways to read a text; none where it can be nothing that the office knows."""
    said = text.strip()
    code = codec.decode(said.upper().encode("utf-8"))
    if code is not None:
        return (Reading(ReadAs.TICKET_CODE, code.claims.ticket_id),)
    plain = said.replace(" ", "")
    return (*_numbers(plain), *_activation(said), *_payment(plain), *_phone(plain), *_resident(plain))


def _numbers(text: str) -> tuple[Reading, ...]:
    found = []
    if _TICKET_ID.fullmatch(text.lower()):
        found.append(Reading(ReadAs.TICKET_ID, TicketId(int(text, 16))))
    if text.isascii() and text.isdigit():
        if is_short_number(text):
            found.append(Reading(ReadAs.SHORT_NUMBER, int(text)))
        if 0 < int(text) <= MOST_ORDER:
            found.append(Reading(ReadAs.ORDER, int(text)))
    return tuple(found)


def _activation(text: str) -> tuple[Reading, ...]:
    code = activation.typed(text)
    return () if code is None else (Reading(ReadAs.ACTIVATION_CODE, activation.hash_of(code)),)


def _phone(text: str) -> tuple[Reading, ...]:
    return (Reading(ReadAs.PHONE, text),) if _PHONE.fullmatch(text) else ()


def _resident(text: str) -> tuple[Reading, ...]:
    """Read the number of a Chinese ID card; every other document is named with its kind and country."""
    if not _RESIDENT_ID.fullmatch(text) or not has_valid_check_digit(text):
        return ()
    return (Reading(ReadAs.DOCUMENT, Document(DocumentType.RESIDENT_ID, "CN", text)),)


def _payment(text: str) -> tuple[Reading, ...]:
    return (Reading(ReadAs.PAYMENT_NUMBER, text),) if _PAYMENT_NUMBER.fullmatch(text) else ()
