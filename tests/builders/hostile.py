"""What no honest client sends: bodies and parameters made from the OpenAPI document, each wrong in one place."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, TypeVar

from tests.builders.sampling import every

Json = Any
AttackT = TypeVar("AttackT")

HUGE = 10**30
# Each replaces the value of one field; some are texts that a database, a shell, a path or a page could take for its own.
VALUES: tuple[Json, ...] = (
    None,
    True,
    -1,
    0,
    2**31,
    2**63 - 1,
    2**63,
    HUGE,
    -HUGE,
    1.5,
    1e308,
    "",
    " ",
    "\0",
    "a\0b",
    "1" * 40,
    "x" * 5_000,
    "' OR 1=1 --",
    "../../etc/passwd",
    "<script>alert(1)</script>",
    "\u202e\u0000\uffff",
    "😀" * 30,
    "0001-01-01",
    "9999-12-31",
    "2026-02-30",
    "2026-01-01T00:00:00+23:59",
    "24:00",
    "23:59:59+14:00",
    "ffffffffffffffff",
    [],
    {},
    [[[[[]]]]],
    ["x"] * 2_000,
    {"check": "total-uses", "most": HUGE},
)
# What a JSON writer cannot write: raw texts in the place of a field.
RAW = ("NaN", "-Infinity", "1e400", '"\\ud800"', "01", "'x'", "1" + "0" * 5_000, "[" * 300 + "]" * 300)
PATHS = (
    "0",
    "-1",
    str(2**31),
    str(2**63),
    str(HUGE),
    "x",
    "%00",
    "a%00b",
    "%2e%2e%2f",
    "%ff",
    "1" * 300,
    "１",
    "0x10",
    "1e3",
    "' OR 1=1 --",
)
QUERIES = (
    "limit=0",
    "limit=-1",
    f"limit={HUGE}",
    "limit=x",
    "after=x",
    "after=%00",
    "after=OTk5OTk5OTk5OTk5OTk5OTk5OTk5",
    "more=1",
    "limit=1&limit=2",
)
_PLACE = "\u0001place\u0001"


@dataclass(frozen=True, slots=True)
class Schemas:
    """The document's schemas, and an example of each."""

    document: Json

    def resolved(self, schema: Json) -> Json:
        while "$ref" in schema:
            schema = self.document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
        return schema

    def example(self, schema: Json) -> Json:
        """Return a value that the schema describes, with all fields that it names."""
        schema = self.resolved(schema)
        if "const" in schema:
            return schema["const"]
        if "examples" in schema:
            return schema["examples"][0]
        if "enum" in schema:
            return schema["enum"][0]
        for either in ("anyOf", "oneOf"):
            if either in schema:
                return self.example(schema[either][0])
        match schema.get("type"):
            case "object":
                return {name: self.example(one) for name, one in schema.get("properties", {}).items()}
            case "array":
                return [self.example(schema["items"])] * max(1, schema.get("minItems", 0))
            case "integer" | "number":
                return max(1, schema.get("minimum", 1))
            case "boolean":
                return False
        return _text(schema)


def _text(schema: Json) -> str:
    pattern: str = schema.get("pattern", "")
    least: int = schema.get("minLength", 1)
    match schema.get("format"):
        case "date":
            return "2026-05-10"
        case "time":
            return "09:00:00"
        case "date-time":
            return "2026-05-10T09:00:00+08:00"
    if "[0-9a-f]{16}" in pattern:
        return "0" * 15 + "1"
    return "1" * max(1, least)


def some(share: int, attacks: Sequence[AttackT], number: int) -> Iterator[AttackT]:
    """Yield one of `share` attacks, and at least one; the next number gets the next ones."""
    return every(min(share, len(attacks)), attacks, number)


def wrong_fields(example: Json, share: int, number: int) -> Iterator[bytes]:
    """Yield one of `share` bodies that are wrong in one field of the example: the field is missing, or has another value."""
    for place, text in some(share, list(product(places(example), (None, *_WRONG))), number):
        if text is None:
            yield json.dumps(without(example, place)).encode()
        else:
            yield json.dumps(replaced(example, place, _PLACE)).replace(json.dumps(_PLACE), text).encode()


_WRONG = (*(json.dumps(value) for value in VALUES), *RAW)
NO_OBJECTS = (
    b"",
    b"null",
    b"[]",
    b"0",
    b'"x"',
    b"{",
    b"\xff\xfe{}",
    b"\xef\xbb\xbf{}",
    b"{}{}",
    b"{'a': 1}",
    b"[" * 100_000,
    b'{"a":' * 50_000,
)


def places(value: Json, at: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Yield each place in a value."""
    if at:
        yield at
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, one in inner:
        yield from places(one, (*at, name))


def replaced(value: Json, place: tuple[str | int, ...], new: Json) -> Json:
    """Return the value with another value at a place."""
    if not place:
        return new
    copy: Json = value.copy()
    copy[place[0]] = replaced(copy[place[0]], place[1:], new)
    return copy


def without(value: Json, place: tuple[str | int, ...]) -> Json:
    """Return the value without what stands at a place."""
    copy: Json = value.copy()
    if len(place) == 1:
        del copy[place[0]]
    else:
        copy[place[0]] = without(copy[place[0]], place[1:])
    return copy
