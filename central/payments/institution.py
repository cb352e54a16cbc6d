"""The port to a payment institution, and its words.

Laws: every answer is a value, and so is a missing answer (`Unknown`): an institution's silence, fault or unreadable reply never
raises here, because money may have moved. Amounts are whole fen. Only a notification or a bill that cannot be trusted raises
(UntrustedError, PeerError).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol

from protocol.instants import Instant

MAX_INSTITUTION_NUMBER_CHARACTERS = 64
MAX_REASON_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class Paid:
    """The money is there: how much, the institution's number for it, and since when by the institution's clock."""

    amount_fen: int
    institution_number: str
    at: Instant


@dataclass(frozen=True, slots=True)
class Waiting:
    """The payer has not decided yet. `qr` is the text of the code to show, where a QR was asked for."""

    qr: str | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """The institution refused it, and no money will move under this number. `reason` is the institution's own code and words."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """What happened is not known: no reply, a broken reply, or the institution's own fault."""

    reason: str


@dataclass(frozen=True, slots=True)
class Reversed:
    """The payment is undone or closed: all money that was paid has gone back, and nothing can be paid any more."""


@dataclass(frozen=True, slots=True)
class StillPaid:
    """A QR could not be closed, because it has been paid."""

    paid: Paid


PaymentAnswer = Paid | Waiting | Refused | Unknown
ReversalAnswer = Reversed | StillPaid | Unknown


@dataclass(frozen=True, slots=True)
class RefundDone:
    """The money has gone back. `accepted_at` is when the institution accepted the refund, where it says so."""

    institution_number: str
    at: Instant
    accepted_at: Instant | None = None


@dataclass(frozen=True, slots=True)
class RefundProcessing:
    """The institution has accepted the refund and still works at it."""

    institution_number: str
    at: Instant


@dataclass(frozen=True, slots=True)
class RefundClosed:
    """The institution will not pay this refund under this number."""

    reason: str


@dataclass(frozen=True, slots=True)
class RefundAbnormal:
    """The payer's account cannot take the money; a person must decide where it goes."""

    reason: str


RefundAnswer = RefundDone | RefundProcessing | RefundClosed | RefundAbnormal | Unknown


@dataclass(frozen=True, slots=True)
class Charge:
    """What we ask of an institution. `number` is ours (32 characters at most); `expires_at` ends a QR."""

    number: str
    amount_fen: int
    title: str
    expires_at: Instant


@dataclass(frozen=True, slots=True)
class GiveBack:
    """A refund to make: `number` is the refund's own (one number refunds once), of the payment `payment_number`."""

    number: str
    payment_number: str
    amount_fen: int
    paid_fen: int
    reason: str


@dataclass(frozen=True, slots=True)
class PaymentNotice:
    """An authentic notification: this payment was paid."""

    number: str
    paid: Paid


@dataclass(frozen=True, slots=True)
class RefundNotice:
    """An authentic notification of how a refund ended."""

    number: str
    answer: RefundAnswer


@dataclass(frozen=True, slots=True)
class OtherNotice:
    """An authentic notification of something that we do not act on."""


Notice = PaymentNotice | RefundNotice | OtherNotice


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """The answer that an institution expects to a notification."""

    status: int
    body: bytes
    media_type: str


class LineKind(StrEnum):
    """What a line of a bill is about."""

    PAYMENT = "payment"
    REFUND = "refund"
    REVERSAL = "reversal"


@dataclass(frozen=True, slots=True)
class BillLine:
    """One line of an institution's bill. `number` is our payment's, `refund_number` our refund's (empty for others)."""

    kind: LineKind
    number: str
    refund_number: str
    institution_number: str
    amount_fen: int


class Institution(Protocol):
    """One payment institution. Calls end within their own time limits."""

    async def prepare(self, charge: Charge) -> PaymentAnswer:
        """Return the QR that the payer scans, as `Waiting(qr)`."""
        ...

    async def charge_code(self, charge: Charge, auth_code: str) -> PaymentAnswer:
        """Charge the code that the payer shows."""
        ...

    async def query(self, number: str) -> PaymentAnswer:
        """Ask for the current state of a payment. A payment that was given back in part is still paid."""
        ...

    async def close(self, number: str) -> ReversalAnswer:
        """Close a QR, so that it cannot be paid any more."""
        ...

    async def reverse(self, number: str) -> ReversalAnswer:
        """Undo the charge of a payer's code, whether or not it was paid."""
        ...

    async def refund(self, wanted: GiveBack) -> RefundAnswer:
        """Give money back; the same number again is the same refund."""
        ...

    async def query_refund(self, wanted: GiveBack) -> RefundAnswer:
        """Ask for the current state of a refund."""
        ...

    async def read_notification(self, headers: Mapping[str, str], body: bytes, now: Instant) -> Notice:
        """Return what a notification says; UntrustedError where it is not authentic, not ours, or too old."""
        ...

    def acknowledgement(self, *, is_taken: bool) -> Acknowledgement:
        """Return the answer to a notification: accepted, or to be sent again."""
        ...

    async def bill(self, day: date) -> tuple[BillLine, ...]:
        """Return the lines of a day that is over; PeerError where the bill does not exist yet or cannot be read."""
        ...
