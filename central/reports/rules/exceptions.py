"""What is open and needs a person, by its kind; and which permission opens the list of it. Pure.

Laws: a count is shown only to a person who may read the list of what it counts.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from central.identity.permissions import Permission
from protocol.instants import Instant


class OpenKind(StrEnum):
    """The kinds of what needs a person. Agents unseen: not signed off, and not seen for fifteen minutes."""

    REFUNDS_WAITING = "refunds-waiting"
    REFUNDS_OWED = "refunds-owed"
    REFUNDS_STUCK = "refunds-stuck"
    DIFFERENCES = "differences"
    CONFLICTS = "conflicts"
    ALARMS = "alarms"
    AGENTS_UNSEEN = "agents-unseen"


_OPENED_BY = {
    OpenKind.REFUNDS_WAITING: Permission.REFUNDS_READ,
    OpenKind.REFUNDS_OWED: Permission.REFUNDS_READ,
    OpenKind.REFUNDS_STUCK: Permission.PAYMENTS_READ,
    OpenKind.DIFFERENCES: Permission.PAYMENTS_READ,
    OpenKind.CONFLICTS: Permission.ADMISSIONS_READ,
    OpenKind.ALARMS: Permission.DEVICES_READ,
    OpenKind.AGENTS_UNSEEN: Permission.DEVICES_READ,
}
# They belong to the site, and to no order: a person whose scope is narrower does not see them.
_OF_SITE = frozenset({OpenKind.CONFLICTS, OpenKind.ALARMS, OpenKind.AGENTS_UNSEEN})


@dataclass(frozen=True, slots=True)
class Open:
    """So many of a kind are open, the oldest since that instant (None: there is none)."""

    kind: OpenKind
    count: int
    oldest_at: Instant | None


def shown_kinds(permissions: Collection[str], *, sees_all: bool) -> tuple[OpenKind, ...]:
    """Return the kinds that a person is shown."""
    return tuple(kind for kind in OpenKind if _OPENED_BY[kind] in permissions and (sees_all or kind not in _OF_SITE))


def each_kind(kinds: Iterable[OpenKind], found: Mapping[OpenKind, tuple[int, Instant]]) -> tuple[Open, ...]:
    """Return one line for each kind; a kind of which nothing is open says so."""
    return tuple(Open(kind, *found.get(kind, (0, None))) for kind in kinds)
