"""Ticket types and sites as people state them: what is accepted, and what gates get from it."""

from datetime import date, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from central.catalog.parameters import SiteParameters, TicketTypeParameters
from central.catalog.rules.validity import day_is_sold, slot_starting, window
from central.catalog.sale import MOST_DAYS_AHEAD
from protocol.admission import policy
from protocol.admission.tables import decode_site_rules, decode_ticket_types, encode_site_rules, encode_ticket_types
from protocol.identifiers import CheckPointId, EntitlementId, SiteId, TicketTypeId
from protocol.instants import from_datetime, from_minute, to_datetime

CHECKS: list[tuple[dict[str, Any], policy.Check]] = [
    (
        {"check": "date-range", "first": "2026-05-01", "last": "2026-05-31"},
        policy.DateRange(date(2026, 5, 1), date(2026, 5, 31)),
    ),
    ({"check": "weekdays", "days": [1, 7]}, policy.Weekdays(frozenset({1, 7}))),
    ({"check": "days-excluded", "days": ["2026-05-10"]}, policy.DaysExcluded(frozenset({date(2026, 5, 10)}))),
    ({"check": "time-of-day", "first": "08:00", "last": "12:00"}, policy.TimeOfDay(28800, 43200)),
    ({"check": "time-of-day", "first": "18:00", "last": "23:59"}, policy.TimeOfDay(64800, 86399)),
    ({"check": "time-of-day", "first": "22:00", "last": "02:00"}, policy.TimeOfDay(79200, 7200)),
    ({"check": "total-uses", "most": 10}, policy.TotalUses(10)),
    ({"check": "daily-uses", "most": 1}, policy.DailyUses(1)),
    ({"check": "period-uses", "most": 10, "period": "year"}, policy.PeriodUses(10, policy.Period.YEAR)),
    ({"check": "minimum-interval", "minutes": 180}, policy.MinimumInterval(180)),
    ({"check": "re-entry"}, policy.ReEntry()),
    ({"check": "gates", "check_points": [4], "zones": [2]}, policy.Gates(frozenset({CheckPointId(4)}), frozenset({2}))),
    ({"check": "persons-per-scan", "most": 10}, policy.PersonsPerScan(10)),
]


def _stated(**parameters: Any) -> TicketTypeParameters:  # noqa: ANN401 - JSON as people state it
    entitlements = parameters.pop("entitlements", [{"sites": [1]}])
    return TicketTypeParameters.model_validate({"name_zh": "票", "name_en": "Ticket", "entitlements": entitlements, **parameters})


@pytest.mark.parametrize(("check", "expected"), CHECKS)
def test_each_check_is_the_mirror_of_the_gates_own(check: dict[str, Any], expected: policy.Check) -> None:
    ticket_type = _stated(entitlements=[{"sites": [1], "always": [check], "alternatives": [[check], [check]]}]).stated(
        TicketTypeId(3)
    )
    assert ticket_type.entitlements[0].policy == policy.Policy((expected,), ((expected,), (expected,)))
    assert decode_ticket_types(encode_ticket_types([ticket_type])) == (ticket_type,)


def test_a_slot_check_comes_with_the_slots() -> None:
    check = {"check": "time-slot", "before_minutes": 15, "after_minutes": 30}
    stated = _stated(entitlements=[{"sites": [1], "always": [check]}], slots=[{"start": "10:00", "minutes": 60}])
    assert stated.stated(TicketTypeId(3)).entitlements[0].policy.always == (policy.TimeSlot(15, 30),)
    with pytest.raises(ValidationError, match="belong together"):
        _stated(entitlements=[{"sites": [1], "always": [check]}])
    with pytest.raises(ValidationError, match="belong together"):
        _stated(slots=[{"start": "10:00", "minutes": 60}])


def test_a_package_has_a_right_for_each_part() -> None:
    ticket_type = _stated(entitlements=[{"sites": [1]}, {"ticket_type": 2, "sites": [1, 2]}]).stated(TicketTypeId(3))
    rights = [(right.entitlement_id, right.ticket_type, right.sites) for right in ticket_type.entitlements]
    assert rights == [
        (EntitlementId(1), TicketTypeId(3), frozenset({SiteId(1)})),
        (EntitlementId(2), TicketTypeId(2), frozenset({SiteId(1), SiteId(2)})),
    ]


def test_parameters_read_back_from_what_is_stored() -> None:
    stated = _stated(entitlements=[{"sites": [1], "always": [check for check, _ in CHECKS]}], group={"minimum": 2, "maximum": 9})
    assert TicketTypeParameters.model_validate_json(stated.model_dump_json()) == stated


@pytest.mark.parametrize(
    ("always", "is_multi_use"),
    [
        ([{"check": "total-uses", "most": 1}], False),
        ([{"check": "total-uses", "most": 2}], True),
        ([{"check": "daily-uses", "most": 1}], True),
        ([], True),
    ],
)
def test_only_one_use_in_all_is_a_single_entry(always: list[dict[str, Any]], *, is_multi_use: bool) -> None:
    assert _stated(entitlements=[{"sites": [1], "always": always}]).is_multi_use is is_multi_use


@pytest.mark.parametrize(
    "wrong",
    [
        {"entitlements": []},
        {"entitlements": [{"sites": []}]},
        {"entitlements": [{"sites": [0]}]},
        {"entitlements": [{"sites": [65536]}]},
        {"entitlements": [{"sites": [1], "always": [{"check": "unheard-of"}]}]},
        {"entitlements": [{"sites": [1], "always": [{"check": "weekdays", "days": [8]}]}]},
        {"entitlements": [{"sites": [1], "always": [{"check": "weekdays", "days": []}]}]},
        {"entitlements": [{"sites": [1], "always": [{"check": "gates"}]}]},
        {"entitlements": [{"sites": [1], "always": [{"check": "total-uses", "most": 0}]}]},
        {"entitlements": [{"sites": [1], "always": [{"check": "date-range", "first": "2026-05-02", "last": "2026-05-01"}]}]},
        {"entitlements": [{"sites": [1], "always": [{"check": "time-of-day", "first": "08:00Z", "last": "12:00Z"}]}]},
        {"entitlements": [{"sites": [1], "always": [{"check": "time-of-day", "first": "08:00", "last": "12:00Z"}]}]},
        {"validity": {"kind": "fixed", "first": "2026-05-02", "last": "2026-05-01"}},
        {"validity": {"kind": "fixed", "first": "2026-05-02", "last": "9999-12-31"}},
        {"validity": {"kind": "days-from-visit", "days": 0}},
        {"group": {"minimum": 9, "maximum": 3}},
        {"name_zh": ""},
        {"name_zh": "a\u0000b"},
        {"autonomy_s": 1},
        {"claim": "sometimes"},
        {"colour": "red"},
    ],
)
def test_what_no_gate_could_decide_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        _stated(**wrong)


def test_a_sites_rules_reach_its_gates() -> None:
    rule = {"rule_id": 1, "name_zh": "老人", "name_en": "Seniors", "minimum_age": 65, "regions": ["1101"]}
    stated = SiteParameters.model_validate({"name_zh": "镇", "name_en": "Town", "capacity": 1000, "walk_in_rules": [rule]})
    rules = stated.stated(SiteId(4))
    assert (rules.site, rules.zone_name, rules.capacity) == (SiteId(4), "Asia/Shanghai", 1000)
    assert decode_site_rules(encode_site_rules(rules)) == rules


@pytest.mark.parametrize(
    "wrong", [{"zone": "Mars/Olympus"}, {"zone": "../etc/passwd"}, {"capacity": -1}, {"walk_in_rules": [{}]}]
)
def test_a_site_that_no_gate_could_run_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        SiteParameters.model_validate({"name_zh": "镇", "name_en": "Town", **wrong})


TODAY = date(2026, 5, 10)


@pytest.mark.parametrize(
    ("validity", "visit", "is_sold"),
    [
        ({"kind": "days-from-visit"}, date(2026, 5, 9), False),
        ({"kind": "days-from-visit"}, date(2026, 5, 10), True),
        ({"kind": "days-from-visit"}, date(2028, 5, 9), True),
        ({"kind": "days-from-visit"}, date(2028, 5, 10), False),
        ({"kind": "days-from-visit"}, date.max, False),
        ({"kind": "fixed", "first": "2026-05-01", "last": "2026-05-31"}, date(2026, 5, 31), True),
        ({"kind": "fixed", "first": "2026-05-01", "last": "2026-05-31"}, date(2026, 6, 1), False),
        ({"kind": "fixed", "first": "2026-05-20", "last": "2026-05-31"}, date(2026, 5, 19), False),
    ],
)
def test_days_that_are_sold(validity: dict[str, Any], visit: date, *, is_sold: bool) -> None:
    assert MOST_DAYS_AHEAD == 730
    assert day_is_sold(_stated(validity=validity), visit, TODAY) is is_sold


@pytest.mark.parametrize(
    ("validity", "first", "last"),
    [
        ({"kind": "days-from-visit"}, "2026-05-10T00:00", "2026-05-10T23:59"),
        ({"kind": "days-from-visit", "days": 365}, "2026-05-10T00:00", "2027-05-09T23:59"),
        ({"kind": "fixed", "first": "2026-05-01", "last": "2026-05-31"}, "2026-05-01T00:00", "2026-05-31T23:59"),
    ],
)
@pytest.mark.parametrize("zone", ["Asia/Shanghai", "Europe/Berlin", "UTC"])
def test_validity_is_whole_local_days(validity: dict[str, Any], first: str, last: str, zone: str) -> None:
    made = window(_stated(validity=validity), TODAY, None, ZoneInfo(zone))
    begins, ends = (to_datetime(from_minute(minute), ZoneInfo(zone)) for minute in (made.valid_from, made.valid_until))
    assert (f"{begins:%Y-%m-%dT%H:%M}", f"{ends:%Y-%m-%dT%H:%M}") == (first, last)


def test_a_slot_begins_at_its_local_time() -> None:
    check = {"check": "time-slot"}
    stated = _stated(entitlements=[{"sites": [1], "always": [check]}], slots=[{"start": "10:00", "minutes": 60}])
    slot = slot_starting(stated, time(10))
    made = window(stated, TODAY, slot, ZoneInfo("Asia/Shanghai"))
    assert f"{to_datetime(from_minute(made.slot_start)):%H:%M}" == "02:00"
    assert from_datetime(to_datetime(from_minute(made.slot_start))) == from_minute(made.slot_start)
    assert (made.slot_minutes, slot_starting(stated, time(11))) == (60, None)
