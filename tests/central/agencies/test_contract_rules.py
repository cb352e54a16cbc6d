"""Contracts, statements and groups of agencies, as tables and as laws."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.agencies.rules.contracts import (
    Charges,
    ContractPrice,
    EntryKind,
    GroupTicket,
    ReceiptKind,
    Settled,
    kind_of,
    require_prices_apart,
    settled,
)
from central.domain.problems import Problem, ProblemCode
from protocol.identifiers import TicketTypeId

TICKETS = st.lists(st.builds(GroupTicket, st.integers(1, 500), st.integers(0, 600), st.integers(0, 10**6)))


def price(type_id: int, first: int, last: int) -> ContractPrice:
    return ContractPrice(TicketTypeId(type_id), date(2026, 5, first), date(2026, 5, last), 100)


@pytest.mark.parametrize(
    "prices",
    [(), (price(1, 1, 10), price(1, 11, 20)), (price(1, 11, 20), price(1, 1, 10)), (price(1, 1, 10), price(2, 1, 10))],
    ids=["none", "one after the other", "in any order", "of two types"],
)
def test_prices_that_never_meet_may_stand(prices: tuple[ContractPrice, ...]) -> None:
    require_prices_apart(prices)


@pytest.mark.parametrize(
    ("prices", "field"),
    [
        ((price(1, 10, 1),), "prices.0.last_day"),
        ((price(1, 1, 10), price(1, 10, 20)), "prices.1.first_day"),
        ((price(1, 10, 20), price(1, 1, 10)), "prices.0.first_day"),
        ((price(1, 1, 20), price(2, 1, 20), price(1, 5, 6)), "prices.2.first_day"),
    ],
)
def test_two_prices_of_a_type_on_one_day_are_named(prices: tuple[ContractPrice, ...], field: str) -> None:
    with pytest.raises(Problem) as problem:
        require_prices_apart(prices)
    assert (problem.value.code, problem.value.fields[0].field) == (ProblemCode.INPUT_INVALID, field)


@pytest.mark.parametrize(
    ("receipt", "is_refund", "is_charge", "kind"),
    [
        (ReceiptKind.TOP_UP, False, False, EntryKind.TOP_UP),
        (ReceiptKind.SETTLEMENT, False, False, EntryKind.SETTLEMENT),
        (None, False, True, EntryKind.ORDER),
        (None, True, False, EntryKind.REFUND),
        (None, False, False, EntryKind.DEDUCTION),
    ],
)
def test_each_movement_has_its_word(receipt: ReceiptKind | None, is_refund: bool, is_charge: bool, kind: EntryKind) -> None:  # noqa: FBT001 - columns of a table
    assert kind_of(receipt, is_refund=is_refund, is_charge=is_charge) is kind


@pytest.mark.parametrize(
    ("tickets", "charges", "result"),
    [
        ((), Charges.ACTUAL, Settled(0, 0)),
        ((GroupTicket(20, 18, 5000),), Charges.ACTUAL, Settled(18, 10_000)),
        ((GroupTicket(20, 18, 5000),), Charges.PLANNED, Settled(18, 0)),
        ((GroupTicket(20, 0, 5000), GroupTicket(1, 1, 0)), Charges.ACTUAL, Settled(1, 100_000)),
        ((GroupTicket(20, 25, 5000),), Charges.ACTUAL, Settled(20, 0)),
    ],
    ids=["no code", "two stayed away", "charged as planned", "only the guide", "some came in twice"],
)
def test_a_group_is_settled_by_who_came(tickets: tuple[GroupTicket, ...], charges: Charges, result: Settled) -> None:
    assert settled(tickets, charges) == result


@pytest.mark.law(12)
@given(TICKETS)
def test_what_came_and_what_is_deducted_are_what_was_paid(tickets: list[GroupTicket]) -> None:
    paid = sum(one.persons * one.price_fen for one in tickets)
    came = sum(min(one.persons, one.admitted) * one.price_fen for one in tickets)
    assert settled(tickets, Charges.ACTUAL).deducted_fen == paid - came
    assert settled(tickets, Charges.PLANNED).deducted_fen == 0
