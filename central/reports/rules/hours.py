"""A business day hour by hour, beside the day before at the same hour. Pure.

Laws: an hour is counted from the beginning of its own day, so that both days stand beside each other; what happened in an hour
that the day does not have (a clock was changed) counts in the day's last one.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from central.catalog.rules.business_days import Span
from central.reports.rules.counting import Figures
from protocol.instants import MS_PER_MINUTE, Instant

HOUR_MS = 60 * MS_PER_MINUTE


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
    """What was counted in an hour of one of the days. `so_far`: before this moment of its day."""

    is_today: bool
    hour: int
    so_far: bool
    figures: Figures


@dataclass(frozen=True, slots=True)
class Hour:
    """Tickets sold and persons who entered in an hour of today, and in the same hour of yesterday."""

    begins_at: Instant
    tickets: int
    entries: int
    tickets_yesterday: int
    entries_yesterday: int


def hours_of(days: TwoDays, counted: Iterable[Counted]) -> tuple[Hour, ...]:
    """Return all hours of today, those to come as well."""
    last = max(1, -(-(days.today.until - days.today.since) // HOUR_MS)) - 1
    sums = [[0, 0, 0, 0] for _ in range(last + 1)]
    for one in counted:
        place = 0 if one.is_today else 2
        of_hour = sums[min(one.hour, last)]
        of_hour[place] += one.figures.tickets
        of_hour[place + 1] += one.figures.entries
    return tuple(Hour(Instant(days.today.since + number * HOUR_MS), *of_hour) for number, of_hour in enumerate(sums))


def summed(counted: Iterable[Counted]) -> Figures:
    """Return the sum."""
    return sum((one.figures for one in counted), start=Figures())
