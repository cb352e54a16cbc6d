"""The small named checks of a policy, each a function from the case to a failure or None, and their common result.

Laws: windows are inclusive at both ends, to the second; days and periods are the site's; a failure names its reason, the time at
which the check would pass, and its distance from passing, so that the visitor is told the nearest of several alternatives; an
unknown check is nearest of all, because it may hold. Each person consumes a use, except those who re-enter.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, tzinfo
from typing import assert_never

from protocol.admission.policy import (
    Check,
    CheckPoint,
    CheckPointState,
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
    options,
)
from protocol.admission.usage import Usage
from protocol.admission.verdict import NO_DETAILS, ORDER, Details, Reason
from protocol.identifiers import CheckPointId
from protocol.instants import (
    MS_PER_MINUTE,
    Instant,
    from_datetime,
    from_minute,
    inclusive_end,
    local_day,
    start_of_day,
    to_datetime,
    to_second,
)
from protocol.tickets.record import TicketRecord

Option = tuple[Check, ...]
Failures = tuple["Failure", ...]

_DAYS_TO_SEARCH = 366
_TIMES_TO_SEARCH = 32
# The distance of a failed check from passing: another gate is nearest, then another hour, then another day, then never.
_DISTANCE = {Reason.POLICY_UNKNOWN: 0, Reason.WRONG_GATE: 1, Reason.TOO_MANY_PERSONS: 1, Reason.ALREADY_INSIDE: 2}
_HOURS, _DAYS, _NEVER = 2, 4, 8
_WITHIN_HOURS = frozenset({Reason.WRONG_SLOT, Reason.TOO_SOON})
_TIMED = frozenset({Reason.WRONG_SLOT, Reason.WRONG_DAY, Reason.TOO_SOON, Reason.DAILY_LIMIT, Reason.PERIOD_LIMIT})
_RE_ENTRY = ReEntry()
# The failures that the visitor can end without waiting.
_MENDED = frozenset({Reason.WRONG_GATE, Reason.TOO_MANY_PERSONS, Reason.ALREADY_INSIDE})


@dataclass(frozen=True, slots=True)
class Case:
    """The input of the checks of one entitlement. `local` is `at` in the site's time zone; `check_points` are the site's."""

    at: Instant
    local: datetime
    zone: tzinfo
    persons: int
    record: TicketRecord
    check_point: CheckPoint
    check_points: Mapping[CheckPointId, CheckPoint]
    usage: Usage


@dataclass(frozen=True, slots=True)
class Failure:
    """One failed check."""

    reason: Reason
    details: Details = NO_DETAILS

    @property
    def distance(self) -> int:
        """Return the distance from passing; use it only to compare."""
        if self.reason in _DISTANCE:
            return _DISTANCE[self.reason]
        if self.details.passes_at is None:
            return _NEVER
        return _HOURS if self.reason in _WITHIN_HOURS else _DAYS


@dataclass(frozen=True, slots=True)
class Appraisal:
    """The failures that forbid an entry, in order, and the uses (persons, for a group) that an entry would leave.

    Failures are those of the option nearest to passing; there are none where an option holds. Uses are None where they are not
    counted.
    """

    failures: Failures
    uses_left: int | None


def appraise(policy: Policy, case: Case) -> Appraisal:
    """Return the result of all options of a policy."""
    appraised = [(option, _failed(option, case)) for option in options(policy)]
    holding = [option for option, failures in appraised if not failures]
    if holding:
        return Appraisal((), _most_left([(option, consuming_persons(option, case)) for option in holding], case))
    nearest = min((failures for _, failures in appraised), key=_distance)
    first, *others = sorted(nearest, key=lambda failure: ORDER[failure.reason])
    if first.reason in _TIMED:
        first = replace(first, details=replace(first.details, passes_at=_passes_at(policy, case)))
    return Appraisal((first, *others), None)


def _failed(option: Option, case: Case) -> Failures:
    consuming = consuming_persons(option, case)
    return tuple([failure for check in option if (failure := _failure_of(check, case, consuming)) is not None])


def _distance(failures: Failures) -> tuple[int, int, int]:
    longest_wait = max(failure.details.passes_at or 0 for failure in failures)
    return sum(failure.distance for failure in failures), longest_wait, len(failures)


def _passes_at(policy: Policy, case: Case) -> Instant | None:
    """Return when the first option would hold; None where none does within the ticket's validity."""
    times = [at for option in options(policy) if (at := _holds_at(option, case)) is not None]
    return min(times, default=None)


def _holds_at(option: Option, case: Case) -> Instant | None:
    """Step to the time at which all failed checks would pass, and repeat, until no check fails that waiting could end."""
    ends = inclusive_end(case.record.valid_until, case.zone)
    for _ in range(_TIMES_TO_SEARCH):
        waiting = [failure.details.passes_at for failure in _failed(option, case) if failure.reason not in _MENDED]
        times = [at for at in waiting if at is not None]
        if len(times) < len(waiting):
            return None
        if not times:
            return case.at
        later = max(times)
        if later > ends:
            return None
        case = replace(case, at=later, local=to_datetime(later, case.zone))
    return None


def consuming_persons(option: Option, case: Case) -> int:
    """Return how many of the persons consume a use: all except those who re-enter, where the option allows re-entry."""
    if case.usage.outside == 0 or _RE_ENTRY not in option:
        return case.persons
    return case.persons - case.usage.returning(case.local.date(), case.persons)


def uses_left_now(policy: Policy, case: Case) -> int | None:
    """Return how many uses are left now: a resumed passage leaves these, because its use was counted when it began."""
    return _most_left([(option, 0) for option in options(policy)], case)


def _most_left(consuming: list[tuple[Option, int]], case: Case) -> int | None:
    counts = []
    for option, persons in consuming:
        known = [left for check in option if (left := _left(check, case)) is not None]
        if not known:
            return None
        counts.append(max(0, min(known) - persons))
    return max(counts, default=None)


def _left(check: Check, case: Case) -> int | None:
    if isinstance(check, TotalUses):
        return check.most * case.record.persons - case.usage.persons()
    if isinstance(check, PeriodUses):
        first, _ = period_bounds(check.period, case.local.date())
        return check.most * case.record.persons - case.usage.persons(start_of_day(first, case.zone))
    return None


def _failure_of(check: Check, case: Case, consuming: int) -> Failure | None:  # noqa: C901, PLR0911, PLR0912 one flat case per check
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
            return _total_failure(check, case, consuming)
        case DailyUses():
            return _daily_failure(check, case, consuming)
        case PeriodUses():
            return _period_failure(check, case, consuming)
        case MinimumInterval():
            return _interval_failure(check, case, consuming)
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
    today = case.local.date()
    if holds(today):
        return None
    days = (today + timedelta(days=count) for count in range(1, _DAYS_TO_SEARCH + 1))
    next_day = next((day for day in days if holds(day)), None)
    passes_at = None if next_day is None else start_of_day(next_day, case.zone)
    return Failure(Reason.WRONG_DAY, Details(passes_at=passes_at))


def _time_of_day_failure(check: TimeOfDay, case: Case) -> Failure | None:
    local = case.local
    second = local.hour * 3600 + local.minute * 60 + local.second
    begun, over = check.first_s <= second, second > check.last_s
    if (begun and not over) or (check.first_s > check.last_s and (begun or not over)):
        return None
    midnight = datetime.combine(local.date() + timedelta(days=1 if begun else 0), time(), case.zone)
    return Failure(Reason.WRONG_SLOT, Details(passes_at=from_datetime(midnight + timedelta(seconds=check.first_s))))


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


def _total_failure(check: TotalUses, case: Case, consuming: int) -> Failure | None:
    left = check.most * case.record.persons - case.usage.persons()
    return None if _suffices(left, consuming) else Failure(Reason.USED_UP, _too_few(left, None, case, consuming))


def _daily_failure(check: DailyUses, case: Case, consuming: int) -> Failure | None:
    today = case.local.date()
    left = check.most * case.record.persons - case.usage.persons(start_of_day(today, case.zone))
    if _suffices(left, consuming):
        return None
    tomorrow = start_of_day(today + timedelta(days=1), case.zone)
    return Failure(Reason.DAILY_LIMIT, _too_few(left, tomorrow, case, consuming))


def _period_failure(check: PeriodUses, case: Case, consuming: int) -> Failure | None:
    first, following = period_bounds(check.period, case.local.date())
    left = check.most * case.record.persons - case.usage.persons(start_of_day(first, case.zone))
    if _suffices(left, consuming):
        return None
    return Failure(Reason.PERIOD_LIMIT, _too_few(left, start_of_day(following, case.zone), case, consuming))


def _suffices(left: int, consuming: int) -> bool:
    """Whether uses are left for all who consume one; a person who re-enters is not counted."""
    return consuming == 0 or consuming <= left


def _too_few(left: int, until: Instant | None, case: Case, consuming: int) -> Details:
    may_enter = max(0, left) + case.persons - consuming
    return replace(_last_use(case), passes_at=until, left=may_enter or None)


def _last_use(case: Case) -> Details:
    if not case.usage.uses:
        return NO_DETAILS
    return _entered(case.usage.uses[-1].scanned_at, case.usage.uses[-1].check_point, case)


def _entered(since: Instant, check_point: CheckPointId, case: Case) -> Details:
    place_zh, place_en = place_name(case.check_points, check_point)
    return Details(since=since, place_zh=place_zh, place_en=place_en)


def place_name(check_points: Mapping[CheckPointId, CheckPoint], check_point: CheckPointId) -> tuple[str, str]:
    """Return the name of a check point, in Chinese and English."""
    point = check_points.get(check_point)
    return (f"#{check_point}", f"#{check_point}") if point is None else (point.name_zh, point.name_en)


def period_bounds(period: Period, day: date) -> tuple[date, date]:
    """Return the first day of the calendar period that a day lies in, and the first day of the next one."""
    if period is Period.WEEK:
        first = day - timedelta(days=day.isoweekday() - 1)
        return first, first + timedelta(days=7)
    if period is Period.MONTH:
        first = day.replace(day=1)
        return first, (first + timedelta(days=32)).replace(day=1)
    return day.replace(month=1, day=1), day.replace(year=day.year + 1, month=1, day=1)


def _interval_failure(check: MinimumInterval, case: Case, consuming: int) -> Failure | None:
    """Allow each person of the ticket one use in so many minutes: a group may come in parts."""
    wait_ms = check.minutes * MS_PER_MINUTE
    recent = [use for use in case.usage.uses if to_second(case.at) < to_second(use.scanned_at) + wait_ms]
    room = case.record.persons - sum(use.persons for use in recent)
    if consuming == 0 or consuming <= room or not recent:
        return None
    freed, last = room, recent[-1]
    for use in recent:
        freed += use.persons
        if consuming <= freed:
            last = use
            break
    passes_at = Instant(to_second(last.scanned_at) + wait_ms)
    left = (max(0, room) + case.persons - consuming) or None
    return Failure(Reason.TOO_SOON, Details(since=recent[-1].scanned_at, passes_at=passes_at, left=left))


def _inside_failure(case: Case) -> Failure | None:
    """Refuse a holder who entered today and has not left. A missed exit counts until the end of the day."""
    last = case.usage.last_entry
    if case.usage.inside == 0 or last is None or case.record.persons > 1:
        return None
    if local_day(last.scanned_at, case.zone) != case.local.date():
        return None
    return Failure(Reason.ALREADY_INSIDE, _entered(last.scanned_at, last.check_point, case))


def _gate_failure(check: Gates, case: Case) -> Failure | None:
    if _is_among(check, case.check_point):
        return None
    here = case.check_point.direction
    return Failure(
        Reason.WRONG_GATE, named([p for p in case.check_points.values() if p.direction is here and _is_among(check, p)])
    )


def _is_among(check: Gates, point: CheckPoint) -> bool:
    return point.check_point_id in check.check_points or point.zone in check.zones


def named(points: list[CheckPoint]) -> Details:
    """Return the names of the enabled check points among these, in both languages."""
    serving = sorted((p for p in points if p.state is CheckPointState.ENABLED), key=lambda p: p.check_point_id)
    return Details(place_zh="、".join(p.name_zh for p in serving), place_en=", ".join(p.name_en for p in serving))
