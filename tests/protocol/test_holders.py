"""The holder's keyed hash and the check digit of ID numbers."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol.errors import InputError
from protocol.holders import HOLDER_BYTES, SITE_KEY_BYTES, Document, DocumentType, has_valid_check_digit, holder_hash, normalised

SITE_KEY = bytes(range(SITE_KEY_BYTES))
# Synthetic and impossible: no region is numbered 990101; birthday 1990-03-07; the check characters follow GB 11643.
SYNTHETIC = ["990101199003070090", "990101199003070437", "99010119900307004X"]


def card(number: str, country: str = "CN", kind: DocumentType = DocumentType.RESIDENT_ID) -> Document:
    return Document(kind, country, number)


@pytest.mark.parametrize("number", SYNTHETIC)
def test_the_check_digit_is_gb_11643(number: str) -> None:
    total = sum(int(digit) * 2**place for digit, place in zip(number[:17], range(17, 0, -1), strict=True))
    assert "10X98765432"[total % 11] == ("X" if number[-1] in "Xx" else number[-1])
    assert has_valid_check_digit(number)
    assert has_valid_check_digit(number.lower())


@pytest.mark.parametrize("number", SYNTHETIC)
@pytest.mark.parametrize("place", range(18))
def test_one_wrong_digit_is_noticed(number: str, place: int) -> None:
    for other in "0123456789":
        wrong = number[:place] + other + number[place + 1 :]
        assert has_valid_check_digit(wrong) is (wrong == number)


@pytest.mark.parametrize("number", ["1", "9901011990030700901", "A90101199003070090", "E12345678"])
def test_what_is_no_resident_number_has_no_check_digit(number: str) -> None:
    assert not has_valid_check_digit(number)


@pytest.mark.parametrize("number", ["", "   ", "-", "门票", "1" * 41, "12;34", "１１０１０１"])
def test_what_is_no_number_is_refused(number: str) -> None:
    with pytest.raises(InputError, match="type it again"):
        normalised(number)


@pytest.mark.law(9)
def test_blanks_hyphens_and_case_do_not_make_another_holder() -> None:
    same = {holder_hash(card(number), SITE_KEY) for number in ("99010119900307004x", " 990101-19900307-004X ", SYNTHETIC[2])}
    assert len(same) == 1
    assert holder_hash(card(SYNTHETIC[2], "cn"), SITE_KEY) in same


@pytest.mark.law(9)
def test_type_country_number_and_site_each_make_another_holder() -> None:
    hashes = [
        holder_hash(card("E12345678", "FR", DocumentType.PASSPORT), SITE_KEY),
        holder_hash(card("E12345678", "DE", DocumentType.PASSPORT), SITE_KEY),
        holder_hash(card("E12345679", "FR", DocumentType.PASSPORT), SITE_KEY),
        holder_hash(card("E12345678", "FR", DocumentType.TAIWAN_PERMIT), SITE_KEY),
        holder_hash(card("E12345678", "FR", DocumentType.PASSPORT), bytes(SITE_KEY_BYTES)),
    ]
    assert len(set(hashes)) == len(hashes)


@pytest.mark.law(9)
@given(st.from_regex(r"[A-Z0-9]{6,18}", fullmatch=True))
@settings(max_examples=20, deadline=None)
def test_the_hash_holds_nothing_of_the_number(number: str) -> None:
    hashed = holder_hash(card(number), SITE_KEY)
    assert len(hashed) == HOLDER_BYTES
    assert number.encode() not in hashed


@pytest.mark.law(9)
def test_the_hash_is_golden() -> None:
    assert holder_hash(card(SYNTHETIC[0]), SITE_KEY).hex() == "d7f75e7c3c4b1dabd739a3be42dec8bb"
