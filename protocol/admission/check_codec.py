"""Checks and policies as CBOR values: `{"check": <name>, ...its fields}`.

Laws: the names are those of the wire and of SPEC.md; an unknown name reads as `UnknownCheck`, so that an older gate can still
read a newer office's table; a known name with a wrong field is refused.
"""

from datetime import date

from protocol import cbor
from protocol.admission.policy import (
    Check,
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
from protocol.errors import InputError
from protocol.identifiers import U16_MAX, U32_MAX, CheckPointId

MAX_CHECKS = 64
MAX_ALTERNATIVES = 64
_DAY_SECONDS = 86_400
_SUNDAY = 7
_MAX_ORDINAL = date.max.toordinal()
_MAX_MINUTES = 10_000_000


def check_to_value(check: Check) -> dict[str, object]:  # noqa: C901, PLR0911, PLR0912 one flat case per check
    """Return a check as a value of the wire. Days are proleptic Gregorian ordinals (0001-01-01 is 1)."""
    match check:
        case DateRange():
            return {"check": "date-range", "first": check.first.toordinal(), "last": check.last.toordinal()}
        case Weekdays():
            return {"check": "weekdays", "days": sorted(check.days)}
        case DaysExcluded():
            return {"check": "days-excluded", "days": sorted(day.toordinal() for day in check.days)}
        case TimeOfDay():
            return {"check": "time-of-day", "first_s": check.first_s, "last_s": check.last_s}
        case TimeSlot():
            return {"check": "time-slot", "before": check.before_minutes, "after": check.after_minutes}
        case TotalUses():
            return {"check": "total-uses", "most": check.most}
        case DailyUses():
            return {"check": "daily-uses", "most": check.most}
        case PeriodUses():
            return {"check": "period-uses", "most": check.most, "period": check.period.value}
        case MinimumInterval():
            return {"check": "minimum-interval", "minutes": check.minutes}
        case ReEntry():
            return {"check": "re-entry"}
        case Gates():
            return {"check": "gates", "check_points": sorted(check.check_points), "zones": sorted(check.zones)}
        case PersonsPerScan():
            return {"check": "persons-per-scan", "most": check.most}
        case UnknownCheck():
            return {"check": check.name}


def policy_from_value(fields: cbor.Fields) -> Policy:
    """Read the fields `always` and `alternatives` of an entitlement."""
    alternatives = []
    for item in fields.items("alternatives", MAX_ALTERNATIVES):
        if not isinstance(item, list) or len(item) > MAX_CHECKS:
            raise InputError(f"policy: an alternative is a list of at most {MAX_CHECKS} checks")
        alternatives.append(tuple(_check_from_value(one) for one in item))
    return Policy(tuple(_check_from_value(one) for one in fields.items("always", MAX_CHECKS)), tuple(alternatives))


def _check_from_value(item: object) -> Check:
    if not isinstance(item, dict) or not isinstance(name := item.get("check"), str):
        raise InputError("policy: a check is a map with its name in `check`")
    read = _READERS.get(name)
    if read is None:
        return UnknownCheck(name)
    names, build = read
    return build(cbor.Fields(item, f"check {name}", {"check", *names}))


def _date_range(fields: cbor.Fields) -> Check:
    first, last = fields.integer("first", 1, _MAX_ORDINAL), fields.integer("last", 1, _MAX_ORDINAL)
    return DateRange(date.fromordinal(first), date.fromordinal(last))


def _days_excluded(fields: cbor.Fields) -> Check:
    return DaysExcluded(frozenset(date.fromordinal(day) for day in fields.integers("days", 1, _MAX_ORDINAL)))


def _time_of_day(fields: cbor.Fields) -> Check:
    return TimeOfDay(fields.integer("first_s", 0, _DAY_SECONDS), fields.integer("last_s", 0, _DAY_SECONDS))


def _time_slot(fields: cbor.Fields) -> Check:
    return TimeSlot(fields.integer("before", 0, _MAX_MINUTES), fields.integer("after", 0, _MAX_MINUTES))


def _period_uses(fields: cbor.Fields) -> Check:
    try:
        period = Period(fields.text("period"))
    except ValueError as error:
        raise InputError(f"policy: {error}") from error
    return PeriodUses(fields.integer("most", 0, U32_MAX), period)


def _gates(fields: cbor.Fields) -> Check:
    check_points = frozenset(CheckPointId(point) for point in fields.integers("check_points", 1, U32_MAX))
    return Gates(check_points, frozenset(fields.integers("zones", 0, U16_MAX)))


_READERS = {
    "date-range": (("first", "last"), _date_range),
    "weekdays": (("days",), lambda fields: Weekdays(frozenset(fields.integers("days", 1, _SUNDAY)))),
    "days-excluded": (("days",), _days_excluded),
    "time-of-day": (("first_s", "last_s"), _time_of_day),
    "time-slot": (("before", "after"), _time_slot),
    "total-uses": (("most",), lambda fields: TotalUses(fields.integer("most", 0, U32_MAX))),
    "daily-uses": (("most",), lambda fields: DailyUses(fields.integer("most", 0, U32_MAX))),
    "period-uses": (("most", "period"), _period_uses),
    "minimum-interval": (("minutes",), lambda fields: MinimumInterval(fields.integer("minutes", 0, _MAX_MINUTES))),
    "re-entry": ((), lambda _fields: ReEntry()),
    "gates": (("check_points", "zones"), _gates),
    "persons-per-scan": (("most",), lambda fields: PersonsPerScan(fields.integer("most", 0, U32_MAX))),
}
