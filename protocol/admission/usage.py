"""Computes how often an entitlement was used and how many persons are inside, from past passages by the time of the scan.

Laws: a passage that did not happen is no use; a use that was resumed is one use; an exit never consumes; re-entry on the day of
the exit consumes nothing where the policy allows it, for as many persons as left. The order of arrival changes nothing. A passage
that was recorded without a right (no feed, no table) counts for each right, so that no visitor enters twice or is held outside.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, tzinfo

from protocol.admission.passages import PassageKind, PassageState, PastPassage
from protocol.admission.policy import Entitlement, ReEntry, options
from protocol.directions import Direction
from protocol.instants import Instant, local_day

_NO_USE = frozenset({PassageKind.FIRE, PassageKind.FREE})
_NO_RIGHT = 0
_RE_ENTRY = ReEntry()


@dataclass(frozen=True, slots=True)
class Usage:
    """Entries that consumed uses, in order, each with its number of persons; the last entry; the number of persons inside.

    `outside` counts the persons who entered, left on the day `left_on`, and have not come back.
    """

    uses: tuple[PastPassage, ...]
    last_entry: PastPassage | None
    inside: int
    outside: int
    left_on: date | None

    def persons(self, since: Instant | None = None) -> int:
        """Return how many persons used the right, in total or from an instant on."""
        return sum(use.persons for use in self.uses if since is None or use.scanned_at >= since)

    def returning(self, day: date, persons: int) -> int:
        """Return how many of so many persons re-enter: they left on this same day."""
        return min(self.outside, persons) if self.left_on == day else 0


@dataclass(slots=True)
class _Fold:
    """The state of the fold. An exit before any entry allows no re-entry: that holder never entered."""

    most_inside: int
    re_entry: bool
    uses: list[PastPassage]
    last_entry: PastPassage | None = None
    entered_on: date | None = None
    inside: int = 0
    outside: int = 0
    left_on: date | None = None

    def leave(self, passage: PastPassage, day: date) -> None:
        left = min(passage.persons, self.inside)
        self.outside = left + (self.outside if self.left_on == day else 0)
        self.inside -= left
        self.left_on = day

    def enter(self, passage: PastPassage, day: date) -> None:
        returning = min(self.outside, passage.persons) if self.re_entry and self.left_on == day else 0
        self.outside -= returning
        if returning == 0:
            self.uses.append(passage)
        elif returning < passage.persons:
            self.uses.append(replace(passage, persons=passage.persons - returning))
        still_inside = self.inside if self.entered_on == day else 0  # a missed exit counts until the end of the day
        self.inside = min(still_inside + passage.persons, self.most_inside)
        self.last_entry, self.entered_on = passage, day


def usage_of(passages: Iterable[PastPassage], right: Entitlement, most_inside: int, zone: tzinfo) -> Usage:
    """Compute the usage of one right from the passages of a ticket. `most_inside` is the number of persons of the ticket."""
    happened = [passage for passage in passages if _counts(passage, right)]
    if not happened:
        return _UNUSED
    happened.sort(key=lambda passage: (passage.scanned_at, passage.attempt_id))
    fold = _Fold(most_inside, any(_RE_ENTRY in option for option in options(right.policy)), [])
    for passage in happened:
        day = local_day(passage.scanned_at, zone)
        if passage.direction is Direction.EXIT:
            fold.leave(passage, day)
        else:
            fold.enter(passage, day)
    return Usage(tuple(fold.uses), fold.last_entry, fold.inside, fold.outside, fold.left_on)


_UNUSED = Usage((), None, 0, 0, None)


def _counts(passage: PastPassage, right: Entitlement) -> bool:
    if passage.state is PassageState.NOT_PASSED or passage.kind in _NO_USE:
        return False
    return passage.entitlement_id in (right.entitlement_id, _NO_RIGHT)
