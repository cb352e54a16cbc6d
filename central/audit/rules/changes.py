"""What a change changed, field by field, as pure functions: the values before and after, and their bounded form for the record.

A record holds its changes as one JSON text, because the chain hashes a detail of texts and whole numbers.
Laws: applying what is `after` to the state before gives the state after, and equal states have no changes; what is cut says how
much is left out, and still differs; a hidden field says only that it changed. A field that is not there is as one that is null.
"""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, time
from enum import Enum, IntEnum
from itertools import takewhile

from pydantic import BaseModel

from central.audit.rules.cutting import Cut, cut

MOST_FIELDS = 60
MOST_CHARACTERS = 16_000
_MORE = "more_changes"
Detail = Mapping[str, str | int | None]


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field by its path, and its value before and after, as JSON has it; a hidden one is without both."""

    path: tuple[str, ...]
    before: object = None
    after: object = None
    is_hidden: bool = False


@dataclass(frozen=True, slots=True)
class SaidChange:
    """A change as the record has it: of long values `shown` is the part that differs, and how much is left out."""

    field: str
    shown: Cut
    is_hidden: bool = False


Changes = tuple[FieldChange, ...]


def changes_between(before: object, after: object, hidden: Collection[str] = ()) -> Changes:
    """Return the fields in which two states differ; a state is a dataclass, a model or a mapping, or None: there is none.

    The values of the fields that `hidden` names are left out.
    """
    old, new = stated(before) or {}, stated(after) or {}
    assert isinstance(old, dict), "a state has fields"
    assert isinstance(new, dict), "a state has fields"
    shown = {*old, *new} - set(hidden)
    found = _differing(
        (), {name: old.get(name) for name in old if name in shown}, {name: new[name] for name in new if name in shown}
    )
    return *found, *(hidden_change(name) for name in sorted(hidden) if old.get(name) != new.get(name))


def hidden_change(field: str) -> FieldChange:
    """Return the change of a field whose values are not said."""
    return FieldChange((field,), is_hidden=True)


def fields_of(changes: Changes) -> tuple[str, ...]:
    """Return the outermost names of the fields that changed, each once."""
    return tuple(dict.fromkeys(one.path[0] for one in changes))


def applied(before: object, changes: Changes) -> object:
    """Return a state, as JSON has it, after changes."""
    state = stated(before) or {}
    for change in changes:
        inner = state
        for name in change.path[:-1]:
            assert isinstance(inner, dict), "a path leads through maps"
            inner = inner[name]
        assert isinstance(inner, dict), "a path ends in a map"
        inner[change.path[-1]] = change.after
    return state


def written(changes: Changes) -> dict[str, str | int | None]:
    """Return the members of a record's detail that state changes; none for no changes."""
    if not changes:
        return {}
    said = [_as_json(SaidChange(".".join(one.path), cut(one.before, one.after), one.is_hidden)) for one in changes[:MOST_FIELDS]]
    room = _fitting(said)
    without_room = len(changes) - len(room)
    return {"changes": f"[{', '.join(room)}]", **({_MORE: without_room} if without_room else {})}


def read(detail: Detail) -> tuple[SaidChange, ...]:
    """Return the changes that a record states."""
    text = detail.get("changes")
    return tuple(_from_json(one) for one in json.loads(text)) if isinstance(text, str) else ()


def left_out(detail: Detail) -> int:
    """Return how many changes a record had no room for."""
    return int(detail.get(_MORE) or 0)


def rest(detail: Detail) -> dict[str, str | int | None]:
    """Return what a record states beside its changes."""
    return {name: value for name, value in detail.items() if name not in ("changes", _MORE)}


def stated(value: object) -> object:
    """Return a value as JSON has it: equal values alike, whatever the order of their sets."""
    if isinstance(value, Enum):
        return value.name.lower() if isinstance(value, IntEnum) else value.value
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(name): stated(one) for name, one in value.items()}
    if isinstance(value, Sequence):
        return [stated(one) for one in value]
    if isinstance(value, frozenset | set):
        return sorted((stated(one) for one in value), key=_in_order)
    return {name: stated(getattr(value, name)) for name in _names(value)}


def _names(value: object) -> Iterator[str]:
    if isinstance(value, BaseModel):
        return iter(type(value).model_fields)
    assert is_dataclass(value), f"{type(value).__name__} is no state"
    return (one.name for one in fields(value))


def _in_order(value: object) -> tuple[float, str]:
    return (value, "") if isinstance(value, int | float) else (0, json.dumps(value, sort_keys=True))


def _differing(path: tuple[str, ...], old: object, new: object) -> Iterator[FieldChange]:
    if isinstance(old, dict) and isinstance(new, dict):
        for name in {**old, **new}:
            yield from _differing((*path, name), old.get(name), new.get(name))
    elif old != new:
        yield FieldChange(path, old, new)


def _fitting(said: list[dict[str, object]]) -> list[str]:
    """Return as many of the first changes as a record has room for; the first one always."""
    texts = [json.dumps(one, ensure_ascii=False) for one in said]
    ends = [sum(map(len, texts[: number + 1])) for number in range(len(texts))]
    return texts[: max(1, len(list(takewhile(lambda end: end <= MOST_CHARACTERS, ends))))]


def _as_json(one: SaidChange) -> dict[str, object]:
    if one.is_hidden:
        return {"field": one.field, "hidden": True}
    shown = one.shown
    lengths = {"same": shown.same, "more_before": shown.more_before, "more_after": shown.more_after}
    whole = {"field": one.field, "before": shown.before, "after": shown.after}
    return whole | {name: value for name, value in lengths.items() if value}


def _from_json(one: Mapping[str, object]) -> SaidChange:
    lengths = (one.get(name, 0) for name in ("same", "more_before", "more_after"))
    shown = Cut(one.get("before"), one.get("after"), *(value if isinstance(value, int) else 0 for value in lengths))
    return SaidChange(str(one["field"]), shown, "hidden" in one)
