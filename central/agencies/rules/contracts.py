"""Contracts, statements and group orders of travel agencies, as pure rules.

Laws: for one type and one day there is at most one contract price; a group is charged for at most the persons that it has codes
for, and what it has paid beyond that is deducted (核减) to the fen.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import pairwise

from central.agencies.messages import PRICE_DAYS_REVERSED, PRICE_OVERLAPS
from central.domain.problems import ProblemCode, wrong_field
from protocol.identifiers import TicketTypeId


class Charges(StrEnum):
    """For which persons a contract charges a group. The words are stored and never change their meaning."""

    PLANNED = "planned"
    ACTUAL = "actual"


class GroupState(StrEnum):
    """The state of a group order. Ending: its code no longer admits, and the office waits for gates to report that they know."""

    OPEN = "open"
    ENDING = "ending"
    SETTLED = "settled"


class ReceiptKind(StrEnum):
    """What an agency's payment is for. The words are stored and never change their meaning.

    A payout is the rest of its balance, paid back when its contract ended.
    """

    TOP_UP = "top-up"
    SETTLEMENT = "settlement"
    PAYOUT = "payout"


class EntryKind(StrEnum):
    """What moved an agency's account."""

    ORDER = "order"
    REFUND = "refund"
    DEDUCTION = "deduction"
    TOP_UP = "top-up"
    SETTLEMENT = "settlement"
    PAYOUT = "payout"


@dataclass(frozen=True, slots=True)
class ContractPrice:
    """What a type costs an agency per person, for visits from the first day to the last."""

    type_id: TicketTypeId
    first: date
    last: date
    price_fen: int


@dataclass(frozen=True, slots=True)
class GroupTicket:
    """A code of a group: for how many persons it is, how many it has admitted, and what was paid for each."""

    persons: int
    admitted: int
    price_fen: int


@dataclass(frozen=True, slots=True)
class Settled:
    """The result of settling a group's order."""

    actual_persons: int
    deducted_fen: int


def require_prices_apart(prices: Sequence[ContractPrice]) -> None:
    """Raise Problem where two prices of a type apply on one day, or one ends before it begins."""
    for place, one in enumerate(prices):
        if one.last < one.first:
            raise wrong_field(ProblemCode.INPUT_INVALID, f"prices.{place}.last_day", PRICE_DAYS_REVERSED.of())
    in_order = sorted(enumerate(prices), key=lambda pair: (pair[1].type_id, pair[1].first))
    for (_, before), (place, after) in pairwise(in_order):
        if before.type_id == after.type_id and after.first <= before.last:
            raise wrong_field(
                ProblemCode.INPUT_INVALID,
                f"prices.{place}.first_day",
                PRICE_OVERLAPS.of(type_id=after.type_id, day=after.first),
            )


def kind_of(receipt: ReceiptKind | None, *, is_refund: bool, is_charge: bool) -> EntryKind:
    """Return what moved an agency's account: its payment, an order, or what went back of an order."""
    if receipt is not None:
        return EntryKind(receipt.value)
    if is_charge:
        return EntryKind.ORDER
    return EntryKind.REFUND if is_refund else EntryKind.DEDUCTION


def settled(tickets: Iterable[GroupTicket], charges: Charges) -> Settled:
    """Return how many persons came, and the deduction by contract."""
    persons, deducted_fen = 0, 0
    for ticket in tickets:
        came = min(ticket.persons, ticket.admitted)
        persons += came
        if charges is Charges.ACTUAL:
            deducted_fen += (ticket.persons - came) * ticket.price_fen
    return Settled(persons, deducted_fen)
