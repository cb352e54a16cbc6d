"""How a settled difference ends in the books: which movement makes them say what the institution's bill says. Pure.

Laws: only a difference between books and bill can be open in the books; the amount is never typed by a person; what the other
day's bill has, moves nothing, because both days together agree.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from central.domain.problems import Problem, ProblemCode, wrong_field
from central.payments.messages import AMOUNTS_AGREE, NOT_A_FEE
from central.payments.rules.difference_causes import Cause, Found

_OF_PAYMENT = frozenset({Cause.MISSING_IN_BILL, Cause.MISSING_HERE, Cause.AMOUNT_DIFFERS, Cause.STATE_DIFFERS})
_OF_REFUND = frozenset({Cause.REFUND_MISSING_IN_BILL, Cause.REFUND_MISSING_HERE, Cause.REFUND_AMOUNT_DIFFERS})


class SettlementCause(StrEnum):
    """What a difference was. The words are stored and never change their meaning."""

    LOOKED_AT = "looked-at"
    FOUND_LATER = "found-later"
    FEE_OF_INSTITUTION = "fee-of-institution"
    PAID_TWICE_RETURNED = "paid-twice-returned"
    WRITTEN_OFF = "written-off"


# The kind of account that the difference goes to, each with the institution's word behind it (`payments.ledger`).
_ACCOUNTS: Mapping[SettlementCause, str] = {
    SettlementCause.FEE_OF_INSTITUTION: "institution-fees",
    SettlementCause.PAID_TWICE_RETURNED: "owed",
    SettlementCause.WRITTEN_OFF: "written-off",
}


@dataclass(frozen=True, slots=True)
class Ending:
    """The movement that ends a difference: `amount_fen` > 0 goes out of `credit` and into `debit`."""

    debit: str
    credit: str
    amount_fen: int


def open_fen(found: Found, *, is_refund_booked: bool = True) -> int:
    """Return how much more the institution holds by its bill than by our books; below zero: less.

    `is_refund_booked`: the books have moved our refund, because it succeeded.
    """
    ours_fen, theirs_fen = found.ours_fen or 0, found.theirs_fen or 0
    if found.cause in _OF_PAYMENT:
        return theirs_fen - ours_fen
    if found.cause in _OF_REFUND:
        return (ours_fen if is_refund_booked else 0) - theirs_fen
    return 0


def ending(cause: SettlementCause, method: str, amount_fen: int) -> Ending | None:
    """Return the movement for an open amount (`open_fen`); None where the cause moves nothing. Problem where they do not fit."""
    kind = _ACCOUNTS.get(cause)
    if kind is None:
        return None
    if amount_fen == 0:
        raise Problem(ProblemCode.CONFLICT, AMOUNTS_AGREE.of())
    if cause is SettlementCause.FEE_OF_INSTITUTION and amount_fen > 0:
        raise wrong_field(ProblemCode.INPUT_INVALID, "cause", NOT_A_FEE.of())
    held, other = f"clearing/{method}", f"{kind}/{method}"
    return Ending(held, other, amount_fen) if amount_fen > 0 else Ending(other, held, -amount_fen)
