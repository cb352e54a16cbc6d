"""How often an entitlement was used, and whether its holder is inside: folded from past passages by the time of the scan.

Laws: a passage that did not happen is no use; a use that was resumed is one use; an exit never consumes; re-entry on the day
of the exit consumes nothing where the policy allows it. Order of arrival changes nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import tzinfo

from protocol.admission.passages import PassageKind, PassageState, PastPassage
from protocol.directions import Direction
from protocol.instants import Instant, local_day

_NO_USE = frozenset({PassageKind.FIRE, PassageKind.FREE})


@dataclass(frozen=True, slots=True)
class Usage:
    """Entries that consumed a use, in order; the last passage each way; `inside` as last seen; whether re-entry is allowed."""

    uses: tuple[PastPassage, ...]
    last_entry: PastPassage | None
    last_exit: PastPassage | None
    inside: bool
    re_entry: bool

    def persons(self, since: Instant | None = None) -> int:
        """Return how many persons used it, in all or from an instant on."""
        return sum(use.persons for use in self.uses if since is None or use.scanned_at >= since)


def usage_of(passages: Iterable[PastPassage], zone: tzinfo, *, re_entry: bool) -> Usage:
    """Fold the passages of one entitlement."""
    happened = sorted((p for p in passages if _counts(p)), key=lambda p: (p.scanned_at, p.attempt_id))
    uses: list[PastPassage] = []
    last_entry: PastPassage | None = None
    last_exit: PastPassage | None = None
    inside = False
    for passage in happened:
        if passage.direction is Direction.EXIT:
            last_exit, inside = passage, False
            continue
        if not (re_entry and may_re_enter(last_entry, last_exit, passage.scanned_at, zone)):
            uses.append(passage)
        last_entry, inside = passage, True
    return Usage(tuple(uses), last_entry, last_exit, inside, re_entry)


def may_re_enter(last_entry: PastPassage | None, last_exit: PastPassage | None, at: Instant, zone: tzinfo) -> bool:
    """Whether an entry at this time would be a re-entry: entered before, left since, and left today."""
    if last_entry is None or last_exit is None or last_exit.scanned_at < last_entry.scanned_at:
        return False
    return local_day(last_exit.scanned_at, zone) == local_day(at, zone)


def _counts(passage: PastPassage) -> bool:
    return passage.state is not PassageState.NOT_PASSED and passage.kind not in _NO_USE
