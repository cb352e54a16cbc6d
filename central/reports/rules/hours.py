"""A business day hour by hour, beside the day before at the same hour. Pure.

Laws: an hour is counted from the beginning of its own day, so that both days stand beside each other; what happened in an hour
that the day does not have (a clock was changed) counts in the day's last one.
"""

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate

from central.catalog.rules.business_days import Span
from central.reports.rules.counting import Figures
from protocol.instants import MS_PER_MINUTE, Instant

MINUTES_AN_HOUR = 60
HOUR_MS = MINUTES_AN_HOUR * MS_PER_MINUTE


@dataclass(frozen=True, slots=True)
class TwoDays:
    """Today and the day before, at a moment of today."""

    yesterday: Span
    today: Span
    now: Instant

    @property
    def same_moment_yesterday(self) -> Instant:
        """Return the moment of yesterday that is as long after its beginning as now is after today's."""
        return Instant(min(self.yesterday.until, self.yesterday.since + self.now - self.today.since))


@dataclass(frozen=True, slots=True)
class Counted:
    """What was counted in a step of a day (an hour, a minute), by its number from the beginning of the day."""

    step: int
    figures: Figures


@dataclass(frozen=True, slots=True)
class Hour:
    """Tickets sold and persons who entered in an hour of today, and in the same hour of yesterday."""

    begins_at: Instant
    tickets: int
    entries: int
    tickets_yesterday: int
    entries_yesterday: int


@dataclass(frozen=True, slots=True)
class PastDay:
    """A day that is over: its hours, and what it had come to at the end of each minute in which anything was counted."""

    hours: tuple[Counted, ...]
    minutes: tuple[int, ...]
    come_to: tuple[Figures, ...]

    def before(self, moment_ms: int) -> Figures:
        """Return what the day had come to so long after its beginning, in whole minutes."""
        place = bisect_left(self.minutes, moment_ms // MS_PER_MINUTE)
        return self.come_to[place - 1] if place else Figures()


def past_day(minutes: Iterable[Counted]) -> PastDay:
    """Return a day that is over from what was counted in its minutes, in any order."""
    of_minute: dict[int, Figures] = {}
    of_hour: dict[int, Figures] = {}
    for one in minutes:
        of_minute[one.step] = of_minute.get(one.step, Figures()) + one.figures
        hour = one.step // MINUTES_AN_HOUR
        of_hour[hour] = of_hour.get(hour, Figures()) + one.figures
    numbers = tuple(sorted(of_minute))
    come_to = tuple(accumulate(of_minute[number] for number in numbers))
    return PastDay(tuple(Counted(hour, figures) for hour, figures in of_hour.items()), numbers, come_to)


def hours_of(today: Span, counted: Iterable[Counted], yesterday: PastDay) -> tuple[Hour, ...]:
    """Return all hours of today, those to come as well."""
    last = max(1, -(-(today.until - today.since) // HOUR_MS)) - 1
    sums = [[0, 0, 0, 0] for _ in range(last + 1)]
    for place, of_day in ((0, counted), (2, yesterday.hours)):
        for one in of_day:
            of_hour = sums[min(one.step, last)]
            of_hour[place] += one.figures.tickets
            of_hour[place + 1] += one.figures.entries
    return tuple(Hour(Instant(today.since + number * HOUR_MS), *of_hour) for number, of_hour in enumerate(sums))


def summed(counted: Iterable[Counted]) -> Figures:
    """Return the sum."""
    return sum((one.figures for one in counted), start=Figures())
