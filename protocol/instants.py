"""Instants in UTC, and days and times of day in a site's time zone.

Laws: time is an argument (law 11): nothing here reads a clock. Windows are inclusive at both ends, to the second, and a day
ends at 23:59:59: so an end written as 23:59 means the whole of that minute.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import NewType

Instant = NewType("Instant", int)  # milliseconds since 1970-01-01T00:00:00Z
Minute = NewType("Minute", int)  # minutes since 1970-01-01T00:00:00Z: the resolution of a ticket (u32)
Clock = Callable[[], Instant]  # the port: an assembly passes the real clock, a test its own

MS_PER_SECOND = 1_000
MS_PER_MINUTE = 60_000
_LAST_MINUTE_OF_DAY = (23, 59)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
# The wire's u32 minutes reach beyond the calendar's year 9999; some years are reserved, so that rules may add days.
_LAST_SHOWN = (datetime(9990, 12, 31, 12, 0, 0, tzinfo=UTC) - _EPOCH) // _MILLISECOND


def from_datetime(moment: datetime) -> Instant:
    """Return the instant of an aware datetime, cut to the millisecond."""
    assert moment.tzinfo is not None, "a naive datetime names no instant"
    return Instant((moment - _EPOCH) // _MILLISECOND)


def to_datetime(instant: Instant, zone: tzinfo = UTC) -> datetime:
    """Return the aware datetime of an instant in a zone; an instant after the year 9990 becomes its last day."""
    return (_EPOCH + min(instant, _LAST_SHOWN) * _MILLISECOND).astimezone(zone)


def plus(instant: Instant, *, seconds: int = 0, milliseconds: int = 0) -> Instant:
    """Return the instant that much later (earlier where negative)."""
    return Instant(instant + seconds * MS_PER_SECOND + milliseconds)


def to_second(instant: Instant) -> Instant:
    """Return the start of the instant's second."""
    return Instant(instant - instant % MS_PER_SECOND)


def from_minute(minute: Minute) -> Instant:
    """Return the first instant of a minute."""
    return Instant(minute * MS_PER_MINUTE)


def to_minute(instant: Instant) -> Minute:
    """Return the minute that an instant lies in."""
    return Minute(instant // MS_PER_MINUTE)


def inclusive_end(minute: Minute, zone: tzinfo) -> Instant:
    """Return the last instant of a window that ends with this minute: its first second, but 23:59 lasts to 23:59:59.999."""
    end = from_minute(minute)
    local = to_datetime(end, zone)
    if (local.hour, local.minute) == _LAST_MINUTE_OF_DAY:
        return Instant(end + MS_PER_MINUTE - 1)
    return Instant(end + MS_PER_SECOND - 1)


def local_day(instant: Instant, zone: tzinfo) -> date:
    """Return the calendar day of an instant in the site's time zone."""
    return to_datetime(instant, zone).date()


def start_of_day(day: date, zone: tzinfo) -> Instant:
    """Return the first instant of a local day."""
    return from_datetime(datetime.combine(day, time(), zone))


def end_of_day(day: date, zone: tzinfo) -> Instant:
    """Return the last millisecond of a local day."""
    return Instant(start_of_day(day + timedelta(days=1), zone) - 1)
