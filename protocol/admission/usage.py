"""How often an entitlement was used, and whether its holder is inside: folded from past passages by the time of the scan.

Laws: a passage that did not happen is no use; a use that was resumed is one use; an exit never consumes; re-entry on the day
of the exit consumes nothing where the policy allows it, for as many persons as left. Order of arrival changes nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, tzinfo

from protocol.admission.passages import PassageKind, PassageState, PastPassage
from protocol.directions import Direction
from protocol.instants import Instant, local_day

_NO_USE = frozenset({PassageKind.FIRE, PassageKind.FREE})


@dataclass(frozen=True, slots=True)
class Usage:
    """Entries that consumed a use, in order; the last entry; `inside` as last seen; whether re-entry is allowed.

    `outside` counts the persons who entered, left on the day `left_on`, and have not come back.
    """

    uses: tuple[PastPassage, ...]
    last_entry: PastPassage | None
    inside: bool
    re_entry: bool
    outside: int
    left_on: date | None

    def persons(self, since: Instant | None = None) -> int:
        """Return how many persons used it, in all or from an instant on."""
        return sum(use.persons for use in self.uses if since is None or use.scanned_at >= since)

    def may_re_enter(self, day: date, persons: int) -> bool:
        """Whether an entry on this day would be a re-entry: allowed, and so many left on the same day."""
        return self.re_entry and _came_back(self.left_on, self.outside, day, persons)


@dataclass(slots=True)
class _Fold:
    """The fold so far. An exit before any entry lets nobody in: who never entered cannot re-enter."""

    uses: list[PastPassage]
    last_entry: PastPassage | None
    persons_inside: int
    outside: int
    left_on: date | None

    def leave(self, passage: PastPassage, day: date) -> None:
        left = min(passage.persons, self.persons_inside)
        self.outside = left + (self.outside if self.left_on == day else 0)
        self.persons_inside -= left
        self.left_on = day

    def enter(self, passage: PastPassage, day: date, *, re_entry: bool) -> None:
        if re_entry and _came_back(self.left_on, self.outside, day, passage.persons):
            self.outside -= passage.persons
        else:
            self.uses.append(passage)
        self.persons_inside += passage.persons
        self.last_entry = passage


def usage_of(passages: Iterable[PastPassage], zone: tzinfo, *, re_entry: bool) -> Usage:
    """Fold the passages of one entitlement."""
    happened = sorted((p for p in passages if _counts(p)), key=lambda p: (p.scanned_at, p.attempt_id))
    fold = _Fold([], None, 0, 0, None)
    for passage in happened:
        day = local_day(passage.scanned_at, zone)
        if passage.direction is Direction.EXIT:
            fold.leave(passage, day)
        else:
            fold.enter(passage, day, re_entry=re_entry)
    inside = bool(happened) and happened[-1].direction is Direction.ENTRY
    return Usage(tuple(fold.uses), fold.last_entry, inside, re_entry, fold.outside, fold.left_on)


def _came_back(left_on: date | None, outside: int, day: date, persons: int) -> bool:
    return left_on == day and persons <= outside


def _counts(passage: PastPassage) -> bool:
    return passage.state is not PassageState.NOT_PASSED and passage.kind not in _NO_USE
