"""A number that a person can type: it is computed from the ticket's id, and the check digits detect one typing error."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.identifiers import U32_MAX, U64_MAX, TicketId
from protocol.tickets.short_number import DIGITS, id_prefix, ids_of_prefix, is_short_number, number_of

ids = st.integers(1, U64_MAX).map(TicketId)


@pytest.mark.parametrize(
    ("ticket_id", "number"),
    [(1, "000000000098"), (1 << 32, "000000000195"), (0x499602D2_00000001, "123456789092"), (U64_MAX, "429496729593")],
)
def test_golden_numbers(ticket_id: int, number: str) -> None:
    assert number_of(TicketId(ticket_id)) == number


@given(ids)
def test_the_number_leads_back_to_the_first_half_of_the_id(ticket_id: TicketId) -> None:
    text = number_of(ticket_id)
    assert len(text) == DIGITS
    assert is_short_number(text)
    prefix = id_prefix(text)
    assert prefix == ticket_id.to_bytes(8, "big")[:4]
    lowest, highest = ids_of_prefix(prefix)
    assert lowest <= ticket_id <= highest
    assert highest - lowest == U32_MAX


@given(ids, st.integers(0, DIGITS - 1), st.integers(1, 9))
def test_one_wrong_digit_is_found(ticket_id: TicketId, place: int, more: int) -> None:
    text = number_of(ticket_id)
    wrong = text[:place] + str((int(text[place]) + more) % 10) + text[place + 1 :]
    assert not is_short_number(wrong)


@given(ids, st.integers(0, DIGITS - 2))
def test_two_neighbours_swapped_are_found(ticket_id: TicketId, place: int) -> None:
    text = number_of(ticket_id)
    swapped = text[:place] + text[place + 1] + text[place] + text[place + 2 :]
    assert is_short_number(swapped) is (swapped == text)


@pytest.mark.parametrize("text", ["", "1", "0" * 12, "12345678901", "1234567890123", "１２３４５６７８９０１２", "12345678901x"])
def test_what_is_no_short_number(text: str) -> None:
    assert not is_short_number(text)


def test_a_number_beyond_all_ids_leads_nowhere() -> None:
    beyond = U32_MAX + 1
    text = next(f"{beyond}{check:02}" for check in range(100) if is_short_number(f"{beyond}{check:02}"))
    assert id_prefix(text) is None
