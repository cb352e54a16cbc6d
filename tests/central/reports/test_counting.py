"""Business days."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.catalog.rules.business_days import BusinessDays
from central.reports.rules.counting import Figures, compared, counted, days_between
from protocol.instants import Instant, from_datetime

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
BY_CALENDAR, UNTIL_FOUR = BusinessDays(SHANGHAI, 0), BusinessDays(SHANGHAI, 4)
ZONES = st.sampled_from([SHANGHAI, BERLIN, ZoneInfo("America/Sao_Paulo"), ZoneInfo("Pacific/Apia"), UTC])


def at(text: str) -> Instant:
    return from_datetime(datetime.fromisoformat(text).replace(tzinfo=SHANGHAI))


@pytest.mark.parametrize(
    ("days", "moment", "day"),
    [
        (BY_CALENDAR, "2026-05-10T00:00:00", date(2026, 5, 10)),
        (BY_CALENDAR, "2026-05-10T23:59:59", date(2026, 5, 10)),
        (UNTIL_FOUR, "2026-05-10T00:00:00", date(2026, 5, 9)),
        (UNTIL_FOUR, "2026-05-10T03:59:59", date(2026, 5, 9)),
        (UNTIL_FOUR, "2026-05-10T04:00:00", date(2026, 5, 10)),
        (UNTIL_FOUR, "2026-05-11T03:59:59", date(2026, 5, 10)),
    ],
)
def test_a_day_ends_when_the_site_says(days: BusinessDays, moment: str, day: date) -> None:
    assert days.day_of(at(moment)) == day


@given(ZONES, st.integers(0, 11), st.integers(1_500_000_000_000, 1_900_000_000_000))
def test_each_moment_lies_in_one_day_and_days_leave_no_gap(zone: ZoneInfo, hour: int, moment: int) -> None:
    days = BusinessDays(zone, hour)
    day = days.day_of(Instant(moment))
    span = days.span(day, day)
    assert span.since <= moment < span.until
    assert days.day_of(Instant(span.until - 1)) == day
    assert days.day_of(span.until) != day


def test_a_day_of_a_changed_clock_is_longer() -> None:
    span = BusinessDays(BERLIN, 0).span(date(2026, 10, 25), date(2026, 10, 25))
    assert span.until - span.since == 25 * 3_600_000


def test_what_today_is_compared_with() -> None:
    days = compared(date(2026, 5, 10))
    assert (days.yesterday, days.same_day_last_week) == (date(2026, 5, 9), date(2026, 5, 3))


def test_days_include_both_ends() -> None:
    assert list(days_between(date(2026, 2, 28), date(2026, 3, 1))) == [date(2026, 2, 28), date(2026, 3, 1)]


def test_figures_add_each_to_its_own() -> None:
    assert Figures(1, 2, 3, 4, 5, 6, 7, 8, 9) + Figures(entries=1) == Figures(1, 2, 3, 4, 5, 6, 7, 8, 10)


@pytest.mark.parametrize(
    ("persons", "bodies", "passed", "expected"), [(3, 0, True, 3), (3, 2, True, 2), (3, 5, True, 3), (3, 3, False, 0)]
)
def test_how_many_a_release_counts(persons: int, bodies: int, *, passed: bool, expected: int) -> None:
    assert counted(persons, bodies, passed=passed) == expected
