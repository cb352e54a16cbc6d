"""The rule of two persons (双人复核): who may approve with a PIN what another person asks for. Pure."""

from collections.abc import Collection
from enum import StrEnum


class NotApproved(StrEnum):
    """Why a person whose PIN was right cannot approve."""

    SAME_PERSON = "same-person"
    NOT_PERMITTED = "not-permitted"


def why_not_approved(second: int, involved: Collection[int], held: Collection[str], permission: str) -> NotApproved | None:
    """Return why not, or None: the second person is none of those involved, and holds the permission."""
    if second in involved:
        return NotApproved.SAME_PERSON
    return None if permission in held else NotApproved.NOT_PERMITTED
