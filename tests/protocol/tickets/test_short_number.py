"""A number that a person can type: ten digits and two check digits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.tickets.short_number import DIGITS, RANDOM_LIMIT, is_short_number, short_number

numbers = st.integers(0, RANDOM_LIMIT - 1)


@given(numbers)
def test_every_number_made_is_one(random: int) -> None:
    text = short_number(random)
    assert len(text) == DIGITS
    assert int(text[:10]) == random
    assert is_short_number(text)


@given(numbers, st.integers(0, DIGITS - 1), st.integers(1, 9))
def test_one_wrong_digit_is_found(random: int, place: int, more: int) -> None:
    text = short_number(random)
    wrong = text[:place] + str((int(text[place]) + more) % 10) + text[place + 1 :]
    assert not is_short_number(wrong)


@given(numbers, st.integers(0, DIGITS - 2))
def test_two_neighbours_swapped_are_found(random: int, place: int) -> None:
    text = short_number(random)
    swapped = text[:place] + text[place + 1] + text[place] + text[place + 2 :]
    assert is_short_number(swapped) is (swapped == text)


@pytest.mark.parametrize("text", ["", "1", "0" * 12, "12345678901", "1234567890123", "１２３４５６７８９０１２", "12345678901x"])
def test_what_is_no_short_number(text: str) -> None:
    assert not is_short_number(text)
