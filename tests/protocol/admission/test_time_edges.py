"""Each rule about time at its edges, to the second, in zones whose days are 23, 24 and 25 hours long."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from protocol.admission.decide import decide
from protocol.admission.facts import Facts
from protocol.admission.policy import (
    Check,
    DailyUses,
    DateRange,
    DaysExcluded,
    MinimumInterval,
    Period,
    PeriodUses,
    TimeOfDay,
    TimeSlot,
    Weekdays,
)
from protocol.admission.verdict import CallStaff, Refuse
from protocol.identifiers import U32_MAX, AttemptId
from protocol.instants import Instant, Minute, from_datetime, plus, to_minute
from tests.builders.admission import T1, entitlement, passage, record, shown, ticket_type
from tests.builders.outcomes import ADMIT, outcome

Case = tuple[str, Facts, str]

# A zone and a day in it: one that is short, one that is long, ordinary ones.
DAYS = [
    ("Asia/Shanghai", "2026-05-10"),
    ("Europe/Berlin", "2026-03-29"),
    ("Europe/Berlin", "2026-10-25"),
    ("America/New_York", "2026-03-08"),
    ("America/New_York", "2026-11-01"),
    ("America/Havana", "2026-03-08"),
    ("Africa/Cairo", "2026-04-24"),
    ("Australia/Lord_Howe", "2026-04-05"),
]
WHOLE_YEAR = record(valid_from=to_minute(Instant(1_767_139_200_000)), valid_until=to_minute(Instant(1_798_848_000_000)))


def local(zone: str, text: str) -> Instant:
    """Return the instant of a local time, such as "2026-05-10 10:00:00.999"."""
    return from_datetime(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)))


def scanned(zone: str, when: Instant, *checks: Check, used: tuple[Instant, ...] = (), **changes: object) -> Facts:
    """Return a ticket of those checks, valid for the whole year, scanned in that zone at that time."""
    earlier = [replace(passage("09:00"), scanned_at=moment, attempt_id=AttemptId(moment.to_bytes(16, "big"))) for moment in used]
    ticket_types = {T1: ticket_type(entitlement(*checks))}
    return shown(WHOLE_YEAR, *earlier, zone=ZoneInfo(zone), ticket_types=ticket_types, at=when, **changes)


def validity() -> Iterator[Case]:
    for zone, day in DAYS:
        for until, last in (("12:00", "12:00:00.999"), ("23:59", "23:59:59.999")):
            begins, ends = local(zone, f"{day} 09:00"), local(zone, f"{day} {until}")
            row = record(valid_from=to_minute(begins), valid_until=to_minute(ends))
            edge = local(zone, f"{day} {last}")
            for name, when, expected in (
                ("before", plus(begins, milliseconds=-1), "refuse not_yet_valid"),
                ("first", begins, ADMIT),
                ("last", edge, ADMIT),
                ("after", plus(edge, milliseconds=1), "refuse expired"),
            ):
                yield f"validity {zone} {day} to {until} {name}", shown(row, zone=ZoneInfo(zone), at=when), expected


def uncertain_validity() -> Iterator[Case]:
    """A clock that may be wrong by a minute favours the visitor by this minute, and no more."""
    begins, ends = local("Asia/Shanghai", "2026-05-10 09:00"), local("Asia/Shanghai", "2026-05-10 12:00")
    row = record(valid_from=to_minute(begins), valid_until=to_minute(ends))
    for name, when, expected in (
        ("61 s before", plus(begins, seconds=-61), "refuse not_yet_valid"),
        ("60 s before", plus(begins, seconds=-60), ADMIT),
        ("60 s after", plus(ends, seconds=60), ADMIT),
        ("61 s after", plus(ends, seconds=61), "refuse expired"),
    ):
        yield f"uncertain by a minute {name}", shown(row, at=when, uncertainty_ms=60_000), expected


def days() -> Iterator[Case]:
    for zone, text in DAYS:
        day = date.fromisoformat(text)
        first, last = local(zone, f"{text} 00:00"), local(zone, f"{text} 23:59:59.999")
        in_range, excluded = DateRange(day, day), DaysExcluded(frozenset({day}))
        for name, when, inside in (
            ("before", plus(first, milliseconds=-1), False),
            ("first", first, True),
            ("last", last, True),
            ("after", plus(last, milliseconds=1), False),
        ):
            yield f"date range {zone} {text} {name}", scanned(zone, when, in_range), ADMIT if inside else "refuse wrong_day"
            yield f"day excluded {zone} {text} {name}", scanned(zone, when, excluded), "refuse wrong_day" if inside else ADMIT


def weekdays() -> Iterator[Case]:
    for number in range(1, 8):
        for offset in range(7):
            when = local("Asia/Shanghai", f"2026-05-{4 + offset:02} 12:00")  # 2026-05-04 is a Monday
            facts = scanned("Asia/Shanghai", when, Weekdays(frozenset({number})))
            yield f"weekday {number} on {offset + 1}", facts, ADMIT if number == offset + 1 else "refuse wrong_day"


def times_of_day() -> Iterator[Case]:
    for zone, day in DAYS:
        check = TimeOfDay(9 * 3600, 17 * 3600)
        for text, expected in (
            ("08:59:59.999", "refuse wrong_slot"),
            ("09:00:00", ADMIT),
            ("17:00:00.999", ADMIT),
            ("17:00:01", "refuse wrong_slot"),
        ):
            yield f"time of day {zone} {day} {text}", scanned(zone, local(zone, f"{day} {text}"), check), expected


def slots() -> Iterator[Case]:
    start = local("Asia/Shanghai", "2026-05-10 10:00")
    for before in (0, 15):
        for after in (0, 30):
            for minutes in (1, 60):
                end_s = (minutes + after) * 60
                for name, seconds, milliseconds, expected in (
                    ("early", -before * 60 - 1, 0, "refuse wrong_slot"),
                    ("first", -before * 60, 0, ADMIT),
                    ("last", end_s, 999, ADMIT),
                    ("late", end_s + 1, 0, "refuse wrong_slot"),
                ):
                    row = record(slot_start=to_minute(start), slot_minutes=minutes)
                    when = plus(start, seconds=seconds, milliseconds=milliseconds)
                    facts = shown(row, ticket_types={T1: ticket_type(entitlement(TimeSlot(before, after)))}, at=when)
                    yield f"slot of {minutes}, -{before} +{after}, {name}", facts, expected


def daily_uses() -> Iterator[Case]:
    for zone, day in DAYS:
        midnight, noon = local(zone, f"{day} 00:00"), local(zone, f"{day} 12:00")
        late = plus(midnight, milliseconds=-1)
        for most in (1, 2):
            for name, used, expected in (
                ("used yesterday", (late,) * most, ADMIT),
                ("used at midnight", tuple(plus(midnight, seconds=i) for i in range(most)), "refuse daily_limit"),
                ("one of today left", tuple(plus(midnight, seconds=i) for i in range(most - 1)), ADMIT),
            ):
                apart = tuple(plus(moment, milliseconds=-i) for i, moment in enumerate(used)) if used[:1] == (late,) else used
                yield f"{most} a day {zone} {day} {name}", scanned(zone, noon, DailyUses(most), used=apart), expected


PERIODS = [(Period.WEEK, "2026-05-11"), (Period.MONTH, "2026-05-01"), (Period.YEAR, "2026-01-01")]


def period_uses() -> Iterator[Case]:
    for zone in ("Asia/Shanghai", "Europe/Berlin", "America/New_York"):
        for period, begins in PERIODS:
            first = local(zone, begins)
            for name, moment, expected in (
                ("before it", plus(first, milliseconds=-1), ADMIT),
                ("at its first instant", first, "refuse period_limit"),
            ):
                facts = scanned(zone, local(zone, "2026-05-12 10:00"), PeriodUses(1, period), used=(moment,))
                yield f"once a {period} {zone} used {name}", facts, expected


def intervals() -> Iterator[Case]:
    used = local("Asia/Shanghai", "2026-05-10 10:00:00.500")
    for minutes in (1, 60, 180, 1440):
        for name, seconds, expected in (("a second early", -1, "refuse too_soon"), ("on time", 0, ADMIT)):
            when = plus(local("Asia/Shanghai", "2026-05-10 10:00:00"), seconds=minutes * 60 + seconds)
            yield (
                f"{minutes} minutes apart {name}",
                scanned("Asia/Shanghai", when, MinimumInterval(minutes), used=(used,)),
                expected,
            )


Table = Callable[[], Iterator[Case]]
TABLES: list[Table] = [
    validity,
    uncertain_validity,
    days,
    weekdays,
    times_of_day,
    slots,
    daily_uses,
    period_uses,
    intervals,
]


def by_name(table: Table) -> str:
    return table.__name__


@pytest.mark.law(11)
@pytest.mark.parametrize("table", TABLES, ids=by_name)
def test_windows_are_inclusive_to_the_second_in_the_sites_time(table: Table) -> None:
    told = {name: (outcome(decide(facts)), expected) for name, facts, expected in table()}
    assert {name: one for name, one in told.items() if one[0] != one[1]} == {}


@pytest.mark.parametrize("table", TABLES, ids=by_name)
def test_where_a_refusal_says_when_it_would_pass_it_passes_then_and_not_before(table: Table) -> None:
    """A refusal names a time. A second before it the same ticket is refused for the same reason; at that time it is not."""
    wrong = {name: wrong_about_its_time(facts) for name, facts, expected in table() if expected not in {ADMIT, "refuse expired"}}
    assert {name: said for name, said in wrong.items() if said} == {}


def wrong_about_its_time(facts: Facts) -> str:
    """Return the fault of the time that a refusal names; empty where it names none."""
    verdict = decide(facts)
    assert isinstance(verdict, Refuse | CallStaff)
    passes_at = verdict.details.passes_at
    if passes_at is None:
        return ""
    earliest = plus(passes_at, milliseconds=-facts.scan.uncertainty_ms)
    now, then = outcome(verdict), outcome(decide(replace(facts, scan=replace(facts.scan, at=earliest))))
    just_before = outcome(decide(replace(facts, scan=replace(facts.scan, at=plus(earliest, milliseconds=-1)))))
    return "" if then != now == just_before else f"{now} now, {just_before} just before {passes_at}, {then} then"


@pytest.mark.parametrize("period", Period)
def test_two_days_share_a_period_or_do_not(period: Period) -> None:
    """A use on one day counts on the next one, except where a week, month or year begins between them."""
    for ordinal in range(date(2026, 1, 2).toordinal(), date(2026, 12, 30).toordinal()):
        today, yesterday = date.fromordinal(ordinal), date.fromordinal(ordinal - 1)
        begins = {
            Period.WEEK: today.isoweekday() == 1,
            Period.MONTH: today.day == 1,
            Period.YEAR: today.month == today.day == 1,
        }[period]
        now, used = local("Europe/Berlin", f"{today} 00:00"), local("Europe/Berlin", f"{yesterday} 23:59:59.999")
        verdict = decide(scanned("Europe/Berlin", now, PeriodUses(1, period), used=(used,)))
        assert outcome(verdict) == (ADMIT if begins else "refuse period_limit"), today


@pytest.mark.parametrize("check", [Weekdays(frozenset({1})), DaysExcluded(frozenset()), PeriodUses(0, Period.YEAR), DailyUses(0)])
def test_a_slot_at_the_end_of_all_time_is_refused_without_a_fault(check: Check) -> None:
    """A record's u32 minutes reach beyond the calendar; the search for a passing time must not run past the calendar's end."""
    end = Minute(U32_MAX)
    row = record(slot_start=Minute(end - 10), slot_minutes=5, valid_until=end)
    ticket_types = {T1: ticket_type(entitlement(TimeSlot(0, 0), check))}
    assert outcome(decide(shown(row, ticket_types=ticket_types))).startswith("refuse")
