"""Positions of events: pure.

Laws: positions are ordered as readers get the events; a position says that all events up to it were told.
"""

import re
from dataclasses import dataclass
from typing import Self

_TEXT = re.compile(r"([0-9]{1,19})-([0-9]{1,19})")
_MOST = (1 << 63) - 1


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A transaction's number (0 on SQLite, which has one writer), and a row's number."""

    xid: int
    row: int

    def __str__(self) -> str:
        return f"{self.xid}-{self.row}"

    @classmethod
    def parsed(cls, text: str) -> Self | None:
        """Return the position of a text, or None where it is none."""
        found = _TEXT.fullmatch(text)
        if found is None:
            return None
        xid, row = int(found[1]), int(found[2])
        return cls(xid, row) if max(xid, row) <= _MOST else None


BEGINNING = Position(0, 0)
