"""The records of a bank: orders, trades, refunds, bookings; and its reasons to refuse.

Laws: values only, amounts in fen, times in epoch milliseconds; a state's name here is on no wire: each institution translates it.
"""

import re
from dataclasses import dataclass, field
from enum import StrEnum


class OrderKind(StrEnum):
    """How the payer reaches the order."""

    SCAN = "scan"  # the payer scans the merchant's code
    IN_APP = "in_app"  # the payer confirms within an app that knows them
    PAY_CODE = "pay_code"  # the merchant scans the payer's code


class TradeState(StrEnum):
    """The state of a trade. PAID stays PAID after a refund: refunds are counted separately."""

    OPEN = "open"
    PAYING = "paying"  # the payer's phone asks for the password
    PAID = "paid"
    FAILED = "failed"
    CLOSED = "closed"
    REVERSED = "reversed"


class RefundState(StrEnum):
    """The state of a refund; ABNORMAL: the money left the merchant and the payer's card is closed."""

    PROCESSING = "processing"
    SUCCESS = "success"
    CLOSED = "closed"
    ABNORMAL = "abnormal"


class Refusal(StrEnum):
    """Why the bank refused."""

    BAD_NUMBER = "bad_number"
    OTHER_ORDER = "other_order"  # the number names an order with other contents
    PAID_ALREADY = "paid_already"
    CLOSED_ALREADY = "closed_already"
    UNKNOWN_TRADE = "unknown_trade"
    CODE_INVALID = "code_invalid"
    CODE_USED = "code_used"
    CODE_EXPIRED = "code_expired"
    NO_MONEY = "no_money"
    NOT_PAID = "not_paid"
    WRONG_KIND = "wrong_kind"
    TOO_SOON = "too_soon"
    TOO_LATE = "too_late"
    REFUNDED_ALREADY = "refunded_already"
    BAD_AMOUNT = "bad_amount"
    OVER_REFUND = "over_refund"
    TOO_MANY_REFUNDS = "too_many_refunds"
    TOO_OFTEN = "too_often"
    OTHER_REFUND = "other_refund"  # the number names a refund with other contents
    UNKNOWN_REFUND = "unknown_refund"
    NOT_ENOUGH = "not_enough"  # the merchant lacks the money to pay back


class Manner(StrEnum):
    """How a payer's code pays when it is scanned."""

    PAYS = "pays"
    ASKS_PASSWORD = "asks_password"  # noqa: S105 - the name of a manner
    NO_MONEY = "no_money"


@dataclass(frozen=True, slots=True)
class Rules:
    """The limits of one institution; times in milliseconds, None where it sets no limit."""

    order_number: re.Pattern[str]
    auth_code: re.Pattern[str]
    auth_code_prefixes: tuple[str, ...]
    auth_code_lives_ms: int
    scan_code_lives_ms: int
    paying_lives_ms: int | None
    reverse_not_before_ms: int
    reverse_not_after_ms: int
    refund_not_after_ms: int
    max_refunds: int
    refund_gap_ms: int
    refund_numbers_are_global: bool  # else they are unique only within their trade
    fee_bp: int  # hundredths of a percent of the amount


@dataclass(frozen=True, slots=True)
class Order:
    """An order of a merchant."""

    out_trade_no: str
    amount_fen: int
    subject: str
    kind: OrderKind
    app_id: str
    notify_url: str | None = None
    expires_at_ms: int | None = None
    lives_ms: int | None = None  # how long it waits for its payer, where the merchant sets a duration
    openid: str | None = None
    attach: str | None = None


@dataclass(frozen=True, slots=True)
class Trade:
    """An order as the bank knows it at one moment."""

    order: Order
    trade_no: str
    created_at_ms: int
    expires_at_ms: int | None
    state: TradeState = TradeState.OPEN
    payer: str | None = None
    auth_code: str | None = None
    paid_at_ms: int | None = None
    ended_at_ms: int | None = None  # closed, failed or reversed
    scanned: bool = False
    fee_fen: int = 0
    refunded_fen: int = 0  # accepted and not closed
    last_refund_at_ms: int | None = None
    refund_count: int = 0

    @property
    def waits(self) -> bool:
        """Whether it may still be paid."""
        return self.state in (TradeState.OPEN, TradeState.PAYING)

    @property
    def money_returned_by_reversal(self) -> bool:
        """Whether it was paid, and reversed afterwards."""
        return self.state is TradeState.REVERSED and self.paid_at_ms is not None


@dataclass(frozen=True, slots=True)
class RefundRequest:
    """A refund that a merchant requests."""

    out_trade_no: str
    out_refund_no: str
    amount_fen: int
    reason: str | None = None
    notify_url: str | None = None


@dataclass(frozen=True, slots=True)
class Refund:
    """A refund as the bank knows it at one moment."""

    request: RefundRequest
    refund_no: str
    accepted_at_ms: int
    fee_back_fen: int
    state: RefundState = RefundState.PROCESSING
    ended_at_ms: int | None = None


class BookingKind(StrEnum):
    """The kinds of lines in the bank's book."""

    PAYMENT = "payment"
    REVERSAL = "reversal"
    REFUND_ACCEPTED = "refund_accepted"
    REFUND_DONE = "refund_done"


@dataclass(frozen=True, slots=True)
class Booking:
    """One line of the bank's book, never changed: amounts are positive, the kind gives the direction."""

    kind: BookingKind
    at_ms: int
    trade: Trade
    amount_fen: int
    fee_fen: int
    refund: Refund | None = None


@dataclass(slots=True)
class AuthCode:
    """A payer's code, good for one trade."""

    payer: str
    manner: Manner
    made_at_ms: int
    used_by: str | None = field(default=None)
