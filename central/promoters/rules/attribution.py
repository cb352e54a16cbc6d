"""Codes of promoters, and what an order says of the one that it was given: pure.

Laws: a code has 64 random bits, so that nobody finds another's by trying; no code keeps an order from being made.
"""

import base64
from enum import StrEnum

CODE_BYTES = 8
MOST_PERMILLE = 1_000


class PromoterKind(StrEnum):
    """Who promotes. The words are stored and never change their meaning."""

    PERSON = "person"
    FIRM = "firm"


class Promotion(StrEnum):
    """What became of the code that an order was given. The words are stored and never change their meaning."""

    ATTRIBUTED = "attributed"
    UNKNOWN = "unknown"
    DISABLED = "disabled"


def code_of(random: bytes) -> str:
    """Return the code for so many random bytes: letters and digits that a person can type."""
    assert len(random) == CODE_BYTES, "a code has 64 random bits"
    return base64.b32encode(random).decode("ascii").rstrip("=")


def typed(code: str) -> str:
    """Return a code as it is stored, however somebody typed it."""
    return code.strip().upper()


def link(origin: str, code: str) -> str:
    """Return the address that a promoter's QR leads to."""
    return f"{origin}/p/{code}"
