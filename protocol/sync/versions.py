"""Negotiates the version of the protocol between two parties.

Laws: each side names the window that it understands in one header; both use the highest common version; where there is none, the
message says which side is older, and the rest of the request is not read.
"""

import re
from dataclasses import dataclass

from protocol.errors import InputError

HEADER = "paifang-version"
_WINDOW = re.compile(r"([1-9][0-9]{0,3})-([1-9][0-9]{0,3})")


class UnsupportedVersion(InputError):
    """The two sides have no version in common."""


@dataclass(frozen=True, slots=True)
class Versions:
    """The oldest and the newest version understood, both included."""

    oldest: int
    newest: int

    def to_header(self) -> str:
        """Return the header's value, such as `1-3`."""
        return f"{self.oldest}-{self.newest}"

    @classmethod
    def from_header(cls, value: str) -> "Versions":
        """Read a header's value; raise InputError where it is not `oldest-newest`."""
        match = _WINDOW.fullmatch(value)
        if match is None or int(match[1]) > int(match[2]):
            raise InputError(f"header {HEADER}: {value!r:.40} is not a window such as 1-3")
        return cls(int(match[1]), int(match[2]))


SPOKEN = Versions(1, 1)


def agreed(ours: Versions, theirs: Versions) -> int:
    """Return the common version; raise UnsupportedVersion where there is none."""
    newest = min(ours.newest, theirs.newest)
    if newest >= max(ours.oldest, theirs.oldest):
        return newest
    behind = "this side" if ours.newest < theirs.oldest else "the other side"
    raise UnsupportedVersion(
        f"protocol versions {ours.to_header()} here and {theirs.to_header()} there have none in common: update {behind}"
    )
