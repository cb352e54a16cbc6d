"""Instants, local days and inclusive ends, in zones that jump."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.identifiers import U32_MAX
from protocol.instants import (
    MS_PER_MINUTE,
    MS_PER_SECOND,
    Instant,
    Minute,
    end_of_day,
    from_datetime,
    from_minute,
    inclusive_end,
    local_day,
    plus,
    start_of_day,
    to_datetime,
    to_minute,
    to_second,
)

ZONES = ("Asia/Shanghai", "Europe/Berlin", "America/New_York", "Africa/Cairo", "America/Havana", "Australia/Lord_Howe", "UTC")
zones = st.sampled_from(ZONES).map(ZoneInfo)
instants = st.integers(0, 4_102_444_800_000).map(Instant)
days = st.dates(date(1971, 1, 2), date(2099, 12, 30))


def utc(text: str) -> Instant:
    return from_datetime(datetime.fromisoformat(text).replace(tzinfo=UTC))


@given(instants, zones)
def test_an_instant_survives_every_zone(instant: Instant, zone: ZoneInfo) -> None:
    assert from_datetime(to_datetime(instant, zone)) == instant


@given(st.datetimes(datetime(1960, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001  bounds of a strategy are naive
def test_a_datetime_is_cut_to_its_millisecond_even_before_1970(moment: datetime) -> None:
    lost = moment - to_datetime(from_datetime(moment))
    assert timedelta(0) <= lost < timedelta(milliseconds=1)


@given(st.integers(0, U32_MAX).map(Minute), zones)
def test_every_minute_of_the_wire_has_an_end_in_every_zone(minute: Minute, zone: ZoneInfo) -> None:
    end = inclusive_end(minute, zone)
    assert end - from_minute(minute) in {MS_PER_SECOND - 1, MS_PER_MINUTE - 1}
    assert to_minute(end) == minute


@pytest.mark.parametrize(
    ("ends", "last"),
    [
        ("2026-05-10 12:00", "2026-05-10 12:00:00.999"),
        ("2026-05-10 23:58", "2026-05-10 23:58:00.999"),
        ("2026-05-10 23:59", "2026-05-10 23:59:59.999"),
        ("2026-05-11 00:00", "2026-05-11 00:00:00.999"),
    ],
)
def test_a_window_ends_with_its_second_and_a_day_with_its_minute(ends: str, last: str) -> None:
    assert inclusive_end(to_minute(utc(ends)), UTC) == utc(last)


@given(days, zones)
def test_days_follow_each_other_without_gap_or_overlap(day: date, zone: ZoneInfo) -> None:
    first, last = start_of_day(day, zone), end_of_day(day, zone)
    assert local_day(first, zone) == local_day(last, zone) == day
    assert local_day(plus(last, milliseconds=1), zone) == day + timedelta(days=1)
    assert start_of_day(day + timedelta(days=1), zone) == last + 1


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Berlin", date(2026, 3, 29), 23),
        ("Europe/Berlin", date(2026, 10, 25), 25),
        ("America/Havana", date(2025, 11, 2), 25),
        ("Africa/Cairo", date(2025, 4, 25), 23),
        ("Australia/Lord_Howe", date(2026, 4, 5), 24.5),
        ("Asia/Shanghai", date(2026, 3, 29), 24),
    ],
)
def test_a_day_is_as_long_as_the_site_lives_it(zone: str, day: date, hours: float) -> None:
    length_ms = end_of_day(day, ZoneInfo(zone)) + 1 - start_of_day(day, ZoneInfo(zone))
    assert length_ms == hours * 60 * MS_PER_MINUTE


@given(instants)
def test_cutting_to_second_and_minute_never_moves_forward(instant: Instant) -> None:
    assert 0 <= instant - to_second(instant) < MS_PER_SECOND
    assert 0 <= instant - from_minute(to_minute(instant)) < MS_PER_MINUTE


def test_what_lies_beyond_the_calendar_is_shown_as_its_last_day() -> None:
    assert to_datetime(from_minute(Minute(U32_MAX)), ZoneInfo("Pacific/Kiritimati")).year == 9991
