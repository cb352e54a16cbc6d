"""One of several alternatives must hold; where none does, the answer names the nearest, with the time at which one holds."""

from collections.abc import Iterator
from datetime import date

import pytest

from protocol.admission import policy
from protocol.admission.decide import decide
from protocol.admission.facts import Facts
from protocol.admission.passages import PastPassage
from protocol.admission.verdict import Admit, CallStaff, Refuse
from protocol.directions import Direction
from protocol.identifiers import CheckPointId
from tests.builders.admission import OTHER_GATE, T1, at, entitlement, minute, passage, record, shown, ticket_type
from tests.builders.outcomes import ADMIT, outcome

Case = tuple[str, Facts, str]
Timed = tuple[str, Facts, str, str | None]
WORKDAY, WEEKEND = policy.Weekdays(frozenset(range(1, 6))), policy.Weekdays(frozenset({6, 7}))
MONDAY, SATURDAY = policy.Weekdays(frozenset({1})), policy.Weekdays(frozenset({6}))
MORNING, AFTERNOON = policy.TimeOfDay(8 * 3600, 12 * 3600 - 1), policy.TimeOfDay(14 * 3600, 17 * 3600)
BY_DAY = policy.TimeOfDay(9 * 3600, 17 * 3600)
UNKNOWN = policy.UnknownCheck("tide")
NEVER = policy.TotalUses(0)
HERE, THERE = policy.Gates(frozenset({CheckPointId(11)}), frozenset()), policy.Gates(frozenset({OTHER_GATE}), frozenset())
Option = tuple[policy.Check, ...]
Options = tuple[Option, ...]


USED = (passage("09:00"),)
LEFT = (*USED, passage("09:30", Direction.EXIT))


def either(
    *alternatives: tuple[policy.Check, ...], always: Option = (), past: tuple[PastPassage, ...] = (), **changes: object
) -> Facts:
    """Return a ticket of these alternatives; the default day is a Sunday."""
    return shown(record(), *past, ticket_types={T1: ticket_type(entitlement(*always, alternatives=alternatives))}, **changes)


def nearness() -> Iterator[Case]:
    """At 10:00 on a Sunday; each row in both orders of its alternatives."""
    table: list[tuple[str, Options, str]] = [
        ("one holds", ((NEVER,), (WEEKEND,)), ADMIT),
        ("an empty one holds", ((NEVER,), ()), ADMIT),
        ("an hour before a day", ((WORKDAY,), (WEEKEND, AFTERNOON)), "refuse wrong_slot"),
        ("a day before never", ((NEVER,), (WORKDAY,)), "refuse wrong_day"),
        ("an hour before never", ((NEVER,), (AFTERNOON,)), "refuse wrong_slot"),
        ("another gate before another hour", ((AFTERNOON,), (THERE,)), "refuse wrong_gate"),
        ("another gate before another day", ((WORKDAY,), (THERE,)), "refuse wrong_gate"),
        ("a slot that is over is never", ((policy.TimeSlot(0, 0),), (WORKDAY,)), "refuse wrong_day"),
        ("a day past is never", ((policy.DateRange(date(2026, 5, 1), date(2026, 5, 9)),), (AFTERNOON,)), "refuse wrong_slot"),
        ("one failure before the same and another", ((AFTERNOON, WORKDAY), (AFTERNOON,)), "refuse wrong_slot"),
        ("today's limit before never", ((NEVER,), (policy.DailyUses(0),)), "refuse daily_limit"),
        ("fewer persons before another day", ((WORKDAY,), (policy.PersonsPerScan(0),)), "refuse too_many_persons"),
        ("what is not known may hold", ((UNKNOWN,), (AFTERNOON,)), "staff policy_unknown"),
        ("what is not known is not needed", ((UNKNOWN,), (WEEKEND,)), ADMIT),
        ("what is not known cannot help where something else is wrong", ((UNKNOWN, WORKDAY), (AFTERNOON,)), "refuse wrong_slot"),
        ("all unknown", ((UNKNOWN,), (policy.UnknownCheck("moon"),)), "staff policy_unknown"),
    ]
    slot = record(slot_start=minute("08:00"), slot_minutes=60)
    for name, alternatives, expected in table:
        for order in (alternatives, alternatives[::-1]):
            yield name, shown(slot, ticket_types={T1: ticket_type(entitlement(alternatives=order))}), expected


def always_too() -> Iterator[Case]:
    for name, case, expected in (
        ("what must always hold is wrong earlier", either((AFTERNOON,), always=(THERE,)), "refuse wrong_gate"),
        ("an alternative is wrong earlier", either((WORKDAY,), always=(NEVER,)), "refuse wrong_day"),
        ("what must always hold is not known", either((WEEKEND,), always=(UNKNOWN,)), "staff policy_unknown"),
        ("all holds", either((WEEKEND,), (WORKDAY,), always=(HERE, policy.TotalUses(1))), ADMIT),
    ):
        yield f"always: {name}", case, expected


def uses() -> Iterator[Case]:
    """Limits in alternatives count all uses of the right, admitted by any alternative."""
    once_twice = ((WORKDAY, policy.TotalUses(1)), (WEEKEND, policy.TotalUses(2)))
    twice_once = ((WORKDAY, policy.TotalUses(2)), (WEEKEND, policy.TotalUses(1)))
    five = (policy.TotalUses(5),)
    for name, case, expected in (
        ("once on workdays, twice at weekends: once used", either(*once_twice, past=USED), ADMIT),
        ("twice on workdays, once at weekends: once used", either(*twice_once, past=USED), "refuse wrong_day"),
        (
            "re-entry at weekends",
            either((WORKDAY,), (WEEKEND, policy.ReEntry()), always=(policy.TotalUses(1),), past=LEFT),
            ADMIT,
        ),
        (
            "re-entry on workdays",
            either((WORKDAY, policy.ReEntry()), (WEEKEND,), always=(policy.TotalUses(1),), past=LEFT),
            "refuse wrong_day",
        ),
        ("inside, re-entry at weekends", either((WEEKEND, policy.ReEntry()), always=five, past=USED), "refuse already_inside"),
        ("paced or once a day", either((policy.MinimumInterval(180),), (policy.DailyUses(1),), past=USED), "refuse too_soon"),
        ("paced or twice a day", either((policy.MinimumInterval(180),), (policy.DailyUses(2),), past=USED), ADMIT),
    ):
        yield f"uses: {name}", case, expected


CASES = [case for cases in (nearness, always_too, uses) for case in cases()]


@pytest.mark.parametrize(("case", "expected"), [pytest.param(case, expected, id=name) for name, case, expected in CASES])
def test_one_must_hold_or_the_nearest_is_told(case: Facts, expected: str) -> None:
    assert outcome(decide(case)) == expected


SATURDAY_NOON, SUNDAY_NOON = at("2026-05-09 12:30"), at("12:30")
MONDAY_TOO = policy.DaysExcluded(frozenset({date(2026, 5, 11)}))
WORKDAY_OR_EARLY = ((WORKDAY,), (WEEKEND, MORNING))
# At the named time the whole ticket admits, not only one of its checks.
TIMES: list[Timed] = [
    ("Saturday noon: early on Sunday", either(*WORKDAY_OR_EARLY, at=SATURDAY_NOON), "refuse wrong_slot", "2026-05-10 08:00"),
    ("Sunday noon: on Monday", either(*WORKDAY_OR_EARLY, at=SUNDAY_NOON), "refuse wrong_slot", "2026-05-11 00:00"),
    ("the earlier of two hours", either((MORNING,), (AFTERNOON,), at=SUNDAY_NOON), "refuse wrong_slot", "2026-05-10 14:00"),
    ("the earlier of two days", either((SATURDAY,), (MONDAY,)), "refuse wrong_day", "2026-05-11 00:00"),
    ("a day and its hour", either(always=(WORKDAY, BY_DAY)), "refuse wrong_day", "2026-05-11 09:00"),
    (
        "an hour that falls on a wrong day",
        either(always=(WEEKEND, MORNING), at=SUNDAY_NOON),
        "refuse wrong_slot",
        "2026-05-16 08:00",
    ),
    ("a day that is excluded", either(always=(WORKDAY, MONDAY_TOO)), "refuse wrong_day", "2026-05-12 00:00"),
    (
        "today's limit, and its hour",
        either(always=(policy.DailyUses(1), BY_DAY), past=USED),
        "refuse daily_limit",
        "2026-05-11 09:00",
    ),
    (
        "an interval that ends at night",
        either(always=(policy.MinimumInterval(600), BY_DAY), past=USED),
        "refuse too_soon",
        ("2026-05-11 09:00"),
    ),
    (
        "a month's limit",
        either(always=(policy.PeriodUses(1, policy.Period.WEEK),), past=USED),
        "refuse period_limit",
        "2026-05-11 00:00",
    ),
    (
        "a year's limit",
        either(always=(policy.PeriodUses(1, policy.Period.YEAR),), past=USED),
        "refuse period_limit",
        None,
    ),
    (
        "a day to come, beyond its validity",
        either(always=(policy.DateRange(date(2026, 6, 1), date(2026, 6, 2)),)),
        "refuse wrong_day",
        None,
    ),
    ("a day past", either(always=(policy.DateRange(date(2026, 5, 1), date(2026, 5, 2)),)), "refuse wrong_day", None),
    ("no day at all", either(always=(policy.Weekdays(frozenset()),)), "refuse wrong_day", None),
    ("a right day, but used up for good", either(always=(WORKDAY, policy.TotalUses(1)), past=USED), "refuse wrong_day", None),
    ("a right day, but not understood", either(always=(WORKDAY, UNKNOWN)), "refuse wrong_day", None),
]


@pytest.mark.parametrize(("case", "expected", "time"), [pytest.param(*rest, id=name) for name, *rest in TIMES])
def test_the_time_told_is_one_at_which_it_admits(case: Facts, expected: str, time: str | None) -> None:
    verdict = decide(case)
    assert outcome(verdict) == expected
    assert isinstance(verdict, Refuse | CallStaff)
    assert verdict.details.passes_at == (None if time is None else at(time))


@pytest.mark.parametrize(
    ("alternatives", "left"),
    [
        pytest.param(((policy.TotalUses(1),), (policy.TotalUses(5),)), 4, id="the most that one leaves"),
        pytest.param(((policy.TotalUses(5),), (policy.TotalUses(1),)), 4, id="in any order"),
        pytest.param(((WORKDAY, policy.TotalUses(9)), (WEEKEND, policy.TotalUses(3))), 2, id="only of those that hold"),
        pytest.param(((policy.TotalUses(5),), (WEEKEND,)), None, id="uncounted where one does not count"),
        pytest.param(((policy.TotalUses(5), policy.PeriodUses(2, policy.Period.WEEK)),), 1, id="the least within one"),
    ],
)
def test_what_is_left_is_told(alternatives: Options, left: int | None) -> None:
    verdict = decide(either(*alternatives))
    assert isinstance(verdict, Admit)
    assert verdict.uses_left == left
