"""One value has one encoding; any bytes from a peer give a value or an InputError."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol import cbor
from protocol.cbor import Fields
from protocol.errors import InputError
from protocol.identifiers import U64_MAX

scalars = st.none() | st.booleans() | st.integers(-U64_MAX - 1, U64_MAX) | st.binary(max_size=40) | st.text(max_size=40)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=8), inner, max_size=5), max_leaves=20
)

# RFC 8949, appendix A: the deterministic ones among its examples.
RFC_8949 = [
    (0, "00"),
    (23, "17"),
    (24, "1818"),
    (1_000_000, "1a000f4240"),
    (U64_MAX, "1bffffffffffffffff"),
    (-1, "20"),
    (-1000, "3903e7"),
    (False, "f4"),
    (None, "f6"),
    (b"\x01\x02\x03\x04", "4401020304"),
    ("水", "63e6b0b4"),
    ([1, [2, 3], [4, 5]], "8301820203820405"),
    ({"a": 1, "b": [2, 3]}, "a26161016162820203"),
]


@pytest.mark.parametrize(("value", "hexadecimal"), RFC_8949)
def test_the_examples_of_rfc_8949(value: object, hexadecimal: str) -> None:
    assert cbor.encode(value).hex() == hexadecimal
    assert cbor.decode(bytes.fromhex(hexadecimal)) == value


@given(values)
def test_what_is_encoded_is_read_back(value: object) -> None:
    assert cbor.decode(cbor.encode(value)) == value


@pytest.mark.parametrize(
    ("what", "hexadecimal"),
    [
        ("a longer integer than needed", "1801"),
        ("an indefinite list", "9f01ff"),
        ("an indefinite text", "7f6161ff"),
        ("map keys out of order", "a2616201616101"),
        ("the same key twice", "a2616101616102"),
        ("a second value behind the first", "0000"),
        ("nothing", ""),
        ("half a value", "8301"),
        ("a lone break", "ff"),
        ("a list of 2^64-1 items", "9bffffffffffffffff"),
        ("a text that is not UTF-8", "61ff"),
        ("a longer float than needed", "fb3ff0000000000000"),
        ("a list inside itself", "d81c81d81d00"),
        ("a division by zero", "d81e820100"),
        ("a broken regular expression", "d82361285b"),
        ("a time beyond all calendars", "c11bffffffffffffffff"),
        ("a number beyond all digits", "c5821affffffff01"),
    ],
)
def test_any_other_encoding_is_refused(what: str, hexadecimal: str) -> None:
    with pytest.raises(InputError, match="CBOR"):
        cbor.decode(bytes.fromhex(hexadecimal))
    assert what


def test_nesting_without_end_is_refused() -> None:
    with pytest.raises(InputError, match="CBOR"):
        cbor.decode(b"\x81" * 100_000)


@given(st.binary(max_size=60))
def test_no_bytes_are_a_fault_of_ours(data: bytes) -> None:
    try:
        value = cbor.decode(data)
    except InputError:
        return
    assert cbor.encode(value) == data


@given(values, st.data())
def test_a_changed_byte_is_another_value_or_none(value: object, data: st.DataObject) -> None:
    encoded = bytearray(cbor.encode(value))
    encoded[data.draw(st.integers(0, len(encoded) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    try:
        assert cbor.encode(cbor.decode(bytes(encoded))) == bytes(encoded)
    except InputError:
        return


READERS: list[tuple[str, Callable[[Fields], object], list[object], list[object]]] = [
    ("integer", lambda f: f.integer("x", 1, 5), [1, 5], [0, 6, True, 1.0, "1", None, [], b"1"]),
    ("boolean", lambda f: f.boolean("x"), [True, False], [0, 1, None, "true"]),
    ("binary", lambda f: f.binary("x", 2), [b"ab"], [b"a", b"abc", "ab", None, 2]),
    ("binary, bounded", lambda f: f.binary("x", most=2), [b"", b"ab"], [b"abc", "ab"]),
    ("text", lambda f: f.text("x", 2), ["", "门票"], ["abc", b"ab", None, 1]),
    ("items", lambda f: f.items("x", 2), [[], [1, "a"]], [[1, 2, 3], {}, None, "ab"]),
    ("integers", lambda f: f.integers("x", 0, 9, 2), [[], [0, 9]], [[10], [True], ["1"], [1, 2, 3], None]),
]


@pytest.mark.parametrize(("read", "good", "bad"), [pytest.param(r, g, b, id=name) for name, r, g, b in READERS])
def test_a_field_is_read_or_named(read: Callable[[Fields], object], good: list[object], bad: list[object]) -> None:
    for value in good:
        got = read(Fields({"x": value}, "here", {"x"}))
        assert (list(got) if isinstance(got, tuple) else got) == value
    for value in (*bad, ...):
        with pytest.raises(InputError, match="here: field 'x'"):
            read(Fields({} if value is ... else {"x": value}, "here", {"x"}))


@pytest.mark.parametrize("value", [None, [], "x", 1, {"x": 1, "y": 2}, {1: 2}])
def test_only_a_map_of_known_fields_is_read(value: object) -> None:
    with pytest.raises(InputError, match="here"):
        Fields(value, "here", {"x"})


def test_an_optional_field_can_be_asked_for() -> None:
    fields = Fields({"x": [1]}, "here", {"x", "y"})
    assert (fields.has("x"), fields.has("y"), fields.nested("x")) == (True, False, [1])
