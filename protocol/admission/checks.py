"""The small named checks of a policy, each a function of the case to a failure or None.

Laws: windows are inclusive at both ends, to the second; days and periods are the site's; a failure says its reason, when it
would pass and how far it is from passing, so that of several alternatives the nearest can be told to the visitor.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import assert_never

from protocol.admission.policy import (
    Check,
    CheckPoint,
    DailyUses,
    DateRange,
    DaysExcluded,
    Gates,
    MinimumInterval,
    Period,
    PeriodUses,
    PersonsPerScan,
    Policy,
    ReEntry,
    TimeOfDay,
    TimeSlot,
    TotalUses,
    UnknownCheck,
    Weekdays,
)
from protocol.admission.usage import Usage
from protocol.admission.verdict import NO_DETAILS, ORDER, Details, Reason
from protocol.identifiers import CheckPointId
from protocol.instants import (
    MS_PER_MINUTE,
    MS_PER_SECOND,
    Instant,
    from_datetime,
    from_minute,
    local_day,
    start_of_day,
    to_datetime,
    to_second,
)
from protocol.tickets.record import TicketRecord

_DAYS_TO_SEARCH = 366
# How far a failed check is from passing: another gate is nearest, another hour next, then another day, then never again.
_DISTANCE = {Reason.WRONG_GATE: 1, Reason.TOO_MANY_PERSONS: 1, Reason.WRONG_SLOT: 2, Reason.TOO_SOON: 2, Reason.ALREADY_INSIDE: 2}
_FAR, _FARTHEST = 4, 8


@dataclass(frozen=True, slots=True)
class Case:
    """What the checks of one entitlement look at. `place` names a check point, in Chinese and English."""

    at: Instant
    zone: tzinfo
    persons: int
    record: TicketRecord
    check_point: CheckPoint
    usage: Usage
    place: Callable[[CheckPointId], tuple[str, str]]

    @property
    def re_enters(self) -> bool:
        """Whether this would be a re-entry, which consumes nothing."""
        return self.usage.may_re_enter(local_day(self.at, self.zone), self.persons)


@dataclass(frozen=True, slots=True)
class Failure:
    """One check that does not hold."""

    reason: Reason
    details: Details = NO_DETAILS

    @property
    def distance(self) -> int:
        """Return how far the check is from passing; only comparisons mean something."""
        if self.reason is Reason.WRONG_DAY:
            return _FAR if self.details.passes_at is not None else _FARTHEST
        return _DISTANCE.get(self.reason, _FARTHEST)


def failures_of(policy: Policy, case: Case) -> tuple[Failure, ...]:
    """Return what fails of the part that must always hold and of the nearest alternative, first failure first."""
    always = _failed(policy.always, case)
    alternatives = [_failed(alternative, case) for alternative in policy.alternatives]
    nearest = min(alternatives, key=_distance) if alternatives else ()
    return tuple(sorted((*always, *nearest), key=lambda failure: ORDER[failure.reason]))


def _failed(checks: tuple[Check, ...], case: Case) -> tuple[Failure, ...]:
    return tuple(failure for check in checks if (failure := failure_of(check, case)) is not None)


def _distance(failures: tuple[Failure, ...]) -> tuple[int, int]:
    return sum(failure.distance for failure in failures), len(failures)


def uses_left(policy: Policy, case: Case, *, consumed: int) -> int | None:
    """Return how many uses (persons, for a group) are left after this entry; None where they are not counted."""
    holding = next((alternative for alternative in policy.alternatives if not _failed(alternative, case)), ())
    counts = [_left(check, case) for check in (*policy.always, *holding)]
    known = [count for count in counts if count is not None]
    return min(known) - consumed if known else None


def _left(check: Check, case: Case) -> int | None:
    if isinstance(check, TotalUses):
        return check.most * case.record.persons - case.usage.persons()
    if isinstance(check, PeriodUses):
        first, _ = period_bounds(check.period, local_day(case.at, case.zone))
        return check.most * case.record.persons - case.usage.persons(start_of_day(first, case.zone))
    return None


def failure_of(check: Check, case: Case) -> Failure | None:  # noqa: C901, PLR0911, PLR0912 one arm a check, all flat
    """Return why the check fails, or None where it holds."""
    match check:
        case DateRange():
            return _day_failure(case, lambda day: check.first <= day <= check.last)
        case Weekdays():
            return _day_failure(case, lambda day: day.isoweekday() in check.days)
        case DaysExcluded():
            return _day_failure(case, lambda day: day not in check.days)
        case TimeOfDay():
            return _time_of_day_failure(check, case)
        case TimeSlot():
            return _slot_failure(check, case)
        case TotalUses():
            return _uses_failure(Reason.USED_UP, check.most, None, None, case)
        case DailyUses():
            return _daily_failure(check, case)
        case PeriodUses():
            return _period_failure(check, case)
        case MinimumInterval():
            return _interval_failure(check, case)
        case ReEntry():
            return _inside_failure(case)
        case Gates():
            return _gate_failure(check, case)
        case PersonsPerScan():
            fits = case.persons <= check.most
            return None if fits else Failure(Reason.TOO_MANY_PERSONS, Details(left=check.most))
        case UnknownCheck():
            return Failure(Reason.POLICY_UNKNOWN)
        case _:
            assert_never(check)


def _day_failure(case: Case, holds: Callable[[date], bool]) -> Failure | None:
    today = local_day(case.at, case.zone)
    if holds(today):
        return None
    next_day = next((day for day in _days_after(today) if holds(day)), None)
    passes_at = None if next_day is None else start_of_day(next_day, case.zone)
    return Failure(Reason.WRONG_DAY, Details(passes_at=passes_at))


def _days_after(day: date) -> Iterator[date]:
    return (day + timedelta(days=count) for count in range(1, _DAYS_TO_SEARCH + 1))


def _time_of_day_failure(check: TimeOfDay, case: Case) -> Failure | None:
    local = to_datetime(case.at, case.zone)
    second = local.hour * 3600 + local.minute * 60 + local.second
    if check.first_s <= second <= check.last_s:
        return None
    day = local.date() if second < check.first_s else local.date() + timedelta(days=1)
    return Failure(Reason.WRONG_SLOT, Details(passes_at=_at_second(day, check.first_s, case.zone)))


def _at_second(day: date, second: int, zone: tzinfo) -> Instant:
    hours, rest = divmod(second, 3600)
    return from_datetime(datetime.combine(day, time(hours, rest // 60, rest % 60), zone))


def _slot_failure(check: TimeSlot, case: Case) -> Failure | None:
    if case.record.slot_minutes == 0:
        return Failure(Reason.POLICY_UNKNOWN)
    start = from_minute(case.record.slot_start)
    first = start - check.before_minutes * MS_PER_MINUTE
    last = start + (case.record.slot_minutes + check.after_minutes) * MS_PER_MINUTE
    now = to_second(case.at)
    if first <= now <= last:
        return None
    return Failure(Reason.WRONG_SLOT, Details(passes_at=Instant(first) if now < first else None))


def _uses_failure(reason: Reason, most: int, since: Instant | None, until: Instant | None, case: Case) -> Failure | None:
    """Count persons against `most` for each person of the ticket; a re-entry that consumes nothing is counted by nobody."""
    left = most * case.record.persons - case.usage.persons(since)
    if case.persons <= left or case.re_enters:
        return None
    last = case.usage.uses[-1] if case.usage.uses else None
    details = Details(
        since=None if last is None else last.scanned_at,
        passes_at=until,
        place_zh="" if last is None else case.place(last.check_point)[0],
        place_en="" if last is None else case.place(last.check_point)[1],
        left=left if left > 0 else None,
    )
    return Failure(reason, details)


def _daily_failure(check: DailyUses, case: Case) -> Failure | None:
    today = local_day(case.at, case.zone)
    tomorrow = start_of_day(today + timedelta(days=1), case.zone)
    return _uses_failure(Reason.DAILY_LIMIT, check.most, start_of_day(today, case.zone), tomorrow, case)


def _period_failure(check: PeriodUses, case: Case) -> Failure | None:
    first, following = period_bounds(check.period, local_day(case.at, case.zone))
    until = start_of_day(following, case.zone)
    return _uses_failure(Reason.PERIOD_LIMIT, check.most, start_of_day(first, case.zone), until, case)


def period_bounds(period: Period, day: date) -> tuple[date, date]:
    """Return the first day of the calendar period that a day lies in, and the first day of the next one."""
    if period is Period.WEEK:
        first = day - timedelta(days=day.isoweekday() - 1)
        return first, first + timedelta(days=7)
    if period is Period.MONTH:
        first = day.replace(day=1)
        return first, (first + timedelta(days=32)).replace(day=1)
    return day.replace(month=1, day=1), day.replace(year=day.year + 1, month=1, day=1)


def _interval_failure(check: MinimumInterval, case: Case) -> Failure | None:
    last = case.usage.uses[-1] if case.usage.uses else None
    if last is None or case.re_enters:
        return None
    free_at = Instant(to_second(last.scanned_at) + check.minutes * 60 * MS_PER_SECOND)
    if to_second(case.at) >= free_at:
        return None
    return Failure(Reason.TOO_SOON, Details(since=last.scanned_at, passes_at=free_at))


def _inside_failure(case: Case) -> Failure | None:
    """Refuse who entered today and has not left. An exit that nobody saw ends with the day."""
    last = case.usage.last_entry
    if not case.usage.inside or last is None or case.record.persons > 1:
        return None
    if local_day(last.scanned_at, case.zone) != local_day(case.at, case.zone):
        return None
    place_zh, place_en = case.place(last.check_point)
    return Failure(Reason.ALREADY_INSIDE, Details(since=last.scanned_at, place_zh=place_zh, place_en=place_en))


def _gate_failure(check: Gates, case: Case) -> Failure | None:
    if case.check_point.check_point_id in check.check_points or case.check_point.zone in check.zones:
        return None
    places = [case.place(check_point) for check_point in sorted(check.check_points)]
    details = Details(place_zh="、".join(zh for zh, _ in places), place_en=", ".join(en for _, en in places))
    return Failure(Reason.WRONG_GATE, details)
