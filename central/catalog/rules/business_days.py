"""A site's business days, which may end after midnight: pure.

Laws: a business day is half-open, so that no instant lies in two days or in none.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from central.catalog.parameters import SiteParameters
from protocol.instants import Instant, from_datetime, to_datetime

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Span:
    """From `since` to just before `until`."""

    since: Instant
    until: Instant


@dataclass(frozen=True, slots=True)
class BusinessDays:
    """The days of a site: each lasts until that hour of the next calendar day (0: it is the calendar day)."""

    zone: tzinfo
    ends_at_hour: int

    def span(self, first: date, last: date) -> Span:
        """Return the time from the first of these days to the end of the last."""
        return Span(self._begin(first), self._begin(last + _DAY))

    def day_of(self, moment: Instant) -> date:
        """Return the business day that a moment lies in."""
        day = to_datetime(moment, self.zone).date()
        return day - _DAY if moment < self._begin(day) else day

    def _begin(self, day: date) -> Instant:
        return from_datetime(datetime.combine(day, time(self.ends_at_hour), self.zone))


def business_days(site: SiteParameters) -> BusinessDays:
    """Return the days of a site."""
    return BusinessDays(ZoneInfo(site.zone), site.day_ends_at_hour)
