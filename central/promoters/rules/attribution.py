"""Codes of promoters, and what an order says of the code that it came with: pure.

Laws: a code has 64 random bits, so that no one finds another promoter's code by trying; no code prevents an order.
"""

import base64
from enum import StrEnum

CODE_BYTES = 8
MOST_PERMILLE = 1_000


class PromoterKind(StrEnum):
    """What a promoter is. The words are stored and never change their meaning."""

    PERSON = "person"
    FIRM = "firm"


class Promotion(StrEnum):
    """What became of the code on an order. The words are stored and never change their meaning."""

    ATTRIBUTED = "attributed"
    UNKNOWN = "unknown"
    DISABLED = "disabled"


def code_of(random: bytes) -> str:
    """Return the code for so many random bytes: letters and digits that a person can type."""
    assert len(random) == CODE_BYTES, "a code has 64 random bits"
    return base64.b32encode(random).decode("ascii").rstrip("=")


def typed(code: str) -> str:
    """Return a code as it is stored, from any way of typing it."""
    return code.strip().upper()


def link(origin: str, code: str) -> str:
    """Return the address that a promoter's QR leads to."""
    return f"{origin}/p/{code}"
