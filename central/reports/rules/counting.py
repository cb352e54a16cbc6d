"""The figures of a day, as pure rules.

Laws: tickets sold, entries, money taken and money returned are four figures that are never mixed in one.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date, timedelta

_DAY = timedelta(days=1)
_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Figures:
    """What happened in a time. `tickets` and `persons` were sold for `sold_fen`; `entries` are persons who entered.

    `taken_fen` came in and `returned_fen` went back, by any method of paying; `sold_fen` is what was promised for it.
    """

    orders: int = 0
    tickets: int = 0
    persons: int = 0
    sold_fen: int = 0
    refunded_tickets: int = 0
    refunded_fen: int = 0
    taken_fen: int = 0
    returned_fen: int = 0
    entries: int = 0

    def __add__(self, other: "Figures") -> "Figures":
        return Figures(*(getattr(self, name) + getattr(other, name) for name in NAMES))


NAMES = tuple(one.name for one in fields(Figures))


@dataclass(frozen=True, slots=True)
class Compared:
    """The days that the home page sets beside each other."""

    today: date
    yesterday: date
    same_day_last_week: date


def compared(today: date) -> Compared:
    """Return the days that today is compared with."""
    return Compared(today, today - _DAY, today - _WEEK)


def days_between(first: date, last: date) -> Iterator[date]:
    """Yield each day, both ends included."""
    for number in range((last - first).days + 1):
        yield first + number * _DAY


def counted(persons: int, bodies: int, *, passed: bool) -> int:
    """Return how many persons a release with its outcome counts, as `protocol.journal.history` folds it.

    The bodies that were counted, at most the persons who were let in; all of these where no bodies were counted.
    """
    return min(persons, bodies or persons) if passed else 0
