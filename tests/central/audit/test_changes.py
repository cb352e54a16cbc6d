"""What a change changed: applied to the state before it gives the state after; what is cut still differs and is counted."""

import json
from dataclasses import dataclass
from datetime import date, time
from enum import IntEnum, StrEnum
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import BaseModel

from central.audit.rules import cutting
from central.audit.rules.changes import (
    MOST_CHARACTERS,
    MOST_FIELDS,
    applied,
    changes_between,
    fields_of,
    left_out,
    read,
    rest,
    stated,
    written,
)
from central.audit.rules.cutting import Cut, cut

Json = Any
LEAVES = st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.text(max_size=500)
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=50) | st.dictionaries(st.text(max_size=3), inner), max_leaves=40
)
STATES = st.dictionaries(st.sampled_from(["name", "price_fen", "is_on_sale", "sale"]), VALUES)


class Mood(IntEnum):
    GLAD = 0


class Colour(StrEnum):
    RED = "red"


class Hours(BaseModel):
    first: time
    days: frozenset[str]


@dataclass(frozen=True)
class Thing:
    name: str
    sites: frozenset[int]
    hours: Hours
    mood: Mood = Mood.GLAD
    colour: Colour = Colour.RED
    since: date | None = None


def without_null(value: Json) -> Json:
    """A field that is not there is as one that is null."""
    if isinstance(value, dict):
        return {name: without_null(one) for name, one in value.items() if one is not None}
    return value


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ({"price_fen": 1}, {"price_fen": 1}, []),
        ({"price_fen": 1}, {"price_fen": 2}, [("price_fen", 1, 2)]),
        ({"a": 1, "b": 1}, {"a": 1, "b": None}, [("b", 1, None)]),
        (None, {"a": 1, "b": None}, [("a", None, 1)]),
        ({"a": 1}, None, [("a", 1, None)]),
        ({"sale": {"per_order": 6, "prices": []}}, {"sale": {"per_order": 4, "prices": []}}, [("sale.per_order", 6, 4)]),
        ({"sale": None}, {"sale": {"per_order": 4}}, [("sale", None, {"per_order": 4})]),
        ({"types": frozenset({9, 10})}, {"types": [9]}, [("types", [9, 10], [9])]),
        ({"day": date(2026, 5, 1)}, {"day": None}, [("day", "2026-05-01", None)]),
        ({"state": Mood.GLAD}, {"state": Colour.RED}, [("state", "glad", "red")]),
    ],
)
def test_each_field_that_differs_has_its_values(before: Json, after: Json, found: Json) -> None:
    said = read(written(changes_between(before, after)))
    assert [(one.field, one.shown.before, one.shown.after) for one in said] == found


@given(STATES, STATES)
def test_applying_what_is_after_gives_the_new_state(before: Json, after: Json) -> None:
    assert without_null(applied(before, changes_between(before, after))) == without_null(after)


@given(STATES)
def test_equal_states_have_no_changes(state: Json) -> None:
    assert changes_between(state, json.loads(json.dumps(state))) == ()


def test_things_are_compared_as_json_has_them() -> None:
    hours = Hours(first=time(9), days=frozenset({"mon", "fri", "sun"}))
    thing = Thing("gate", frozenset({10, 9}), hours)
    assert stated(thing) == {
        "name": "gate",
        "sites": [9, 10],
        "hours": {"first": "09:00:00", "days": ["fri", "mon", "sun"]},
        "mood": "glad",
        "colour": "red",
        "since": None,
    }
    with pytest.raises(AssertionError, match="object is no state"):
        stated(object())


def test_a_hidden_field_says_only_that_it_changed() -> None:
    changes = changes_between({"secret": "one", "pin": "1"}, {"secret": "two", "pin": "1"}, {"secret", "pin"})
    assert written(changes) == {"changes": '[{"field": "secret", "hidden": true}]'}
    assert fields_of(changes) == ("secret",)
    (said,) = read(written(changes))
    assert (said.is_hidden, said.shown) == (True, Cut(None, None))


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        ([], list(range(500)), Cut([], list(range(40)), 0, 0, 460)),
        (list(range(500)), [*range(400), *range(401, 500)], Cut(list(range(400, 440)), list(range(401, 441)), 400, 60, 59)),
        ("a" * 1_000, "a" * 900 + "b", Cut("a" * 100, "b", 900, 0, 0)),
        (None, "x" * 1_000, Cut(None, "x" * 400, 0, 0, 600)),
        (["a" * 500], ["b" * 500], Cut("a" * 400, "b" * 400, 2, 102, 102)),
    ],
)
def test_long_values_are_cut_to_where_they_differ(before: Json, after: Json, shown: Cut) -> None:
    assert cut(before, after) == shown


@given(VALUES, VALUES)
def test_what_is_cut_is_short_and_still_differs(before: Json, after: Json) -> None:
    shown = cut(before, after)
    for one in (shown.before, shown.after):
        assert len(json.dumps(one, ensure_ascii=False)) <= 8 * cutting.MOST_CHARACTERS
    assert (shown.before != shown.after) == (before != after)


@given(st.integers(0, 2 * MOST_FIELDS), VALUES)
@example(MOST_FIELDS + 1, 1)
@example(MOST_FIELDS, "x" * 400)
def test_a_record_is_bounded_and_says_how_many_changes_are_left_out(fields: int, value: Json) -> None:
    changes = changes_between(None, {f"field_{number}": value for number in range(fields)})
    detail = written(changes)
    assert len(str(detail.get("changes", ""))) <= 2 * MOST_CHARACTERS
    said = read(detail)
    assert len(said) + left_out(detail) == len(changes)
    assert len(said) <= MOST_FIELDS
    assert bool(said) == bool(changes)


@pytest.mark.parametrize(
    "detail", [{}, {"before": 1, "after": 2}, {"before": "ok", "after": "busy"}, {"before": "[]", "after": "{}"}]
)
def test_what_states_no_changes_stays_as_it_is(detail: Json) -> None:
    assert read(detail) == ()
    assert rest(detail) == detail
