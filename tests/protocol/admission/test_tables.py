"""The feed's small tables: a written table is read back, a check of a later version calls staff, a wrong table is refused."""

from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol import cbor
from protocol.admission.decide import decide
from protocol.admission.policy import (
    CheckPoint,
    SiteRules,
    TicketTypeRules,
    UnknownCheck,
    WalkInRule,
)
from protocol.admission.tables import (
    MAX_AUTONOMY_S,
    MAX_NAME_CHARACTERS,
    decode_check_points,
    decode_site_rules,
    decode_ticket_types,
    encode_check_points,
    encode_site_rules,
    encode_ticket_types,
)
from protocol.errors import InputError
from protocol.identifiers import SiteId, TicketTypeId
from tests.builders.admission import T1, check_point, record, shown, ticket_type
from tests.builders.outcomes import outcome
from tests.builders.random_facts import check_points, site_rules, ticket_types_of

ALL_TICKET_TYPES = st.lists(st.sampled_from([TicketTypeId(1), TicketTypeId(2)]).flatmap(ticket_types_of), max_size=3)


@given(ALL_TICKET_TYPES)
@settings(max_examples=60, deadline=None)
def test_ticket_types_are_read_back(rows: list[TicketTypeRules]) -> None:
    assert decode_ticket_types(encode_ticket_types(rows)) == tuple(sorted(rows, key=lambda row: row.ticket_type_id))


@given(st.lists(check_points, max_size=3))
@settings(max_examples=60, deadline=None)
def test_check_points_are_read_back(rows: list[CheckPoint]) -> None:
    assert decode_check_points(encode_check_points(rows)) == tuple(sorted(rows, key=lambda row: row.check_point_id))


@given(site_rules)
@settings(max_examples=60, deadline=None)
def test_site_rules_are_read_back(rules: SiteRules) -> None:
    assert decode_site_rules(encode_site_rules(rules)) == rules


@given(st.permutations([ticket_type(number=number) for number in (1, 2, 3)]))
def test_the_same_ticket_types_have_the_same_bytes(rows: list[TicketTypeRules]) -> None:
    assert encode_ticket_types(rows) == encode_ticket_types([ticket_type(number=number) for number in (1, 2, 3)])


def rows_of(encoded: bytes) -> list[dict[str, object]]:
    value = cbor.decode(encoded)
    assert isinstance(value, list)
    return value


def with_check(check: object) -> bytes:
    """Return a table of one ticket type whose policy holds a total of one use and that check, as on the wire."""
    [row] = rows_of(encode_ticket_types([ticket_type()]))
    rights = row["entitlements"]
    assert isinstance(rights, list)
    return cbor.encode([row | {"entitlements": [rights[0] | {"always": [{"check": "total-uses", "most": 1}, check]}]}])


@pytest.mark.parametrize("extra", [{}, {"height_cm": 120}, {"deep": [{"more": None}]}])
def test_a_check_of_a_later_version_is_kept_and_calls_staff(extra: dict[str, object]) -> None:
    [read] = decode_ticket_types(with_check({"check": "tide", **extra}))
    assert UnknownCheck("tide") in read.entitlements[0].policy.always
    assert outcome(decide(shown(record(), ticket_types={T1: read}))) == "staff policy_unknown"


def test_other_ticket_types_go_on_beside_a_check_of_a_later_version() -> None:
    rows = [*rows_of(with_check({"check": "tide"})), *rows_of(encode_ticket_types([ticket_type(number=2)]))]
    _, other = decode_ticket_types(cbor.encode(rows))
    assert other == ticket_type(number=2)


@pytest.mark.parametrize(
    "check",
    [
        "total-uses",
        {"most": 1},
        {"check": 7},
        {"check": "total-uses"},
        {"check": "total-uses", "most": -1},
        {"check": "total-uses", "most": True},
        {"check": "total-uses", "most": 1, "more": 1},
        {"check": "daily-uses", "most": "1"},
        {"check": "period-uses", "most": 1, "period": "decade"},
        {"check": "weekdays", "days": [0]},
        {"check": "weekdays", "days": [8]},
        {"check": "date-range", "first": 0, "last": 1},
        {"check": "date-range", "first": 1, "last": date.max.toordinal() + 1},
        {"check": "days-excluded", "days": [0]},
        {"check": "time-of-day", "first_s": 0, "last_s": 86_401},
        {"check": "time-slot", "before": -1, "after": 0},
        {"check": "gates", "check_points": [0], "zones": []},
        {"check": "re-entry", "most": 1},
        {"check": "minimum-interval", "minutes": None},
        {"check": "persons-per-scan", "most": 1.5},
    ],
)
def test_a_known_check_with_a_wrong_field_is_refused(check: object) -> None:
    with pytest.raises(InputError):
        decode_ticket_types(with_check(check))


def changed(encoded: bytes, **changes: object) -> bytes:
    value = cbor.decode(encoded)
    if isinstance(value, list):
        return cbor.encode([value[0] | changes])
    assert isinstance(value, dict)
    return cbor.encode(value | changes)


RULE = WalkInRule(1, "免票", "Free", None, None, (), None, None, frozenset())
TICKET_TYPES = encode_ticket_types([ticket_type()])
POINTS = encode_check_points([check_point()])
RULES = encode_site_rules(SiteRules(SiteId(1), "Asia/Shanghai", None, 20, (RULE,)))
WRONG: list[tuple[Callable[[bytes], object], bytes, dict[str, object]]] = [
    (decode_ticket_types, TICKET_TYPES, {"product_id": 0}),
    (decode_ticket_types, TICKET_TYPES, {"product_id": 65_536}),
    (decode_ticket_types, TICKET_TYPES, {"claim": "sometimes"}),
    (decode_ticket_types, TICKET_TYPES, {"autonomy_s": MAX_AUTONOMY_S + 1}),
    (decode_ticket_types, TICKET_TYPES, {"name_zh": "票" * (MAX_NAME_CHARACTERS + 1)}),
    (decode_ticket_types, TICKET_TYPES, {"unseen_allowed": 1}),
    (decode_ticket_types, TICKET_TYPES, {"entitlements": [1]}),
    (decode_ticket_types, TICKET_TYPES, {"entitlements": [{}]}),
    (decode_ticket_types, TICKET_TYPES, {"colour": "red"}),
    (decode_check_points, POINTS, {"check_point_id": 0}),
    (decode_check_points, POINTS, {"direction": "sideways"}),
    (decode_check_points, POINTS, {"state": 3}),
    (decode_check_points, POINTS, {"ticked": [0]}),
    (decode_check_points, POINTS, {"attended": None}),
    (decode_site_rules, RULES, {"site": -1}),
    (decode_site_rules, RULES, {"capacity": -1}),
    (decode_site_rules, RULES, {"walk_in_rules": [{}]}),
    (decode_site_rules, RULES, {"walk_in_rules": 1}),
]


@pytest.mark.parametrize(("decode", "encoded", "changes"), WRONG)
def test_a_wrong_field_is_refused(decode: Callable[[bytes], object], encoded: bytes, changes: dict[str, object]) -> None:
    decode(encoded)
    with pytest.raises(InputError):
        decode(changed(encoded, **changes))


@pytest.mark.parametrize(
    "changes",
    [{"minimum_age": 151}, {"regions": [1]}, {"regions": [""]}, {"first_day": 0}, {"rule_id": 0}, {"check_points": [0]}],
)
def test_a_wrong_walk_in_rule_is_refused(changes: dict[str, object]) -> None:
    value = cbor.decode(RULES)
    assert isinstance(value, dict)
    with pytest.raises(InputError):
        decode_site_rules(changed(RULES, walk_in_rules=[value["walk_in_rules"][0] | changes]))


@given(st.binary(max_size=80), st.sampled_from([decode_ticket_types, decode_check_points, decode_site_rules]))
def test_no_bytes_are_a_fault_of_ours(data: bytes, decode: Callable[[bytes], object]) -> None:
    if data == b"\x80":
        return
    with pytest.raises(InputError):
        decode(data)
