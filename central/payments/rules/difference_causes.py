"""What a difference of money is, before it is stored, and why a person must look at it: pure."""

from dataclasses import dataclass
from enum import StrEnum


class Cause(StrEnum):
    """Why a person must look at it. The words are stored and never change their meaning."""

    MONEY_RETURNED = "money-returned"
    REFUND_CLOSED = "refund-closed"
    REFUND_ABNORMAL = "refund-abnormal"
    UNKNOWN_NUMBER = "unknown-number"
    MISSING_IN_BILL = "missing-in-bill"
    MISSING_HERE = "missing-here"
    AMOUNT_DIFFERS = "amount-differs"
    STATE_DIFFERS = "state-differs"
    NOT_FINAL = "not-final"
    REFUND_MISSING_IN_BILL = "refund-missing-in-bill"
    REFUND_MISSING_HERE = "refund-missing-here"
    REFUND_AMOUNT_DIFFERS = "refund-amount-differs"


@dataclass(frozen=True, slots=True)
class Found:
    """A difference: `subject` is the number that it is about (ours, or the institution's where we have none)."""

    cause: Cause
    subject: str
    payment_id: int | None
    ours_fen: int | None
    theirs_fen: int | None
    detail: str
