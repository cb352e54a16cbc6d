"""Sealed fields open only where they belong, and only unchanged (law 9)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.store.sealed import FieldSeal, SealedField
from protocol.errors import StorageError
from tests.builders.central import FIELD_KEYS, SeededBytes, field_seal

PLACE = SealedField("ticket_holder", "number", "7/0")


@pytest.mark.law(9)
@given(st.text(max_size=60), st.data())
def test_what_was_sealed_opens_there_and_nowhere_else(text: str, data: st.DataObject) -> None:
    seal = field_seal(SeededBytes())
    sealed = seal.seal(text, PLACE)
    assert seal.open(sealed, PLACE) == text
    for other in (
        SealedField("order", "number", "7/0"),
        SealedField("ticket_holder", "name", "7/0"),
        SealedField("ticket_holder", "number", "7/1"),
    ):
        with pytest.raises(StorageError):
            seal.open(sealed, other)
    at = data.draw(st.integers(0, len(sealed) - 1))
    changed = sealed[:at] + bytes([sealed[at] ^ data.draw(st.integers(1, 255))]) + sealed[at + 1 :]
    with pytest.raises(StorageError):
        seal.open(changed, PLACE)


@pytest.mark.law(9)
def test_no_plaintext_stands_in_the_sealed_bytes() -> None:
    assert b"110101" not in field_seal(SeededBytes()).seal("990101199003074518", PLACE)


def test_an_older_key_still_opens() -> None:
    old = field_seal(SeededBytes()).seal("old", PLACE)
    rotated = FieldSeal({**FIELD_KEYS, 2: bytes(32)}, 2, SeededBytes())
    assert rotated.open(old, PLACE) == "old"
    assert rotated.seal("new", PLACE)[0] == 2


@pytest.mark.parametrize("sealed", [b"", b"\x01", b"\x01" + bytes(11), b"\x09" + bytes(40)])
def test_bytes_that_were_never_sealed_do_not_open(sealed: bytes) -> None:
    with pytest.raises(StorageError):
        field_seal(SeededBytes()).open(sealed, PLACE)
