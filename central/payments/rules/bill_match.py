"""The match of an institution's daily bill with our documents, line by line: pure.

Laws: every line and every document of the day is accounted for, once: matched, or a difference with its cause. A reversed payment
may be missing in the bill, or stand in it as a payment that went back whole.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from central.payments.institution import BillLine, LineKind
from central.payments.rules.difference_causes import Cause, Found
from central.payments.rules.payment_states import PaymentState
from central.payments.rules.refund_states import RefundDocumentState

_KEPT = frozenset({PaymentState.PAID, PaymentState.RETURNED})
_OPEN = frozenset({PaymentState.CREATED, PaymentState.SENT, PaymentState.UNKNOWN, PaymentState.REVERSING})


@dataclass(frozen=True, slots=True)
class OurPayment:
    """A payment document that the bill may name. `is_of_day`: the bill must name it, if its money was received."""

    payment_id: int
    number: str
    state: PaymentState
    received_fen: int | None
    is_of_day: bool


@dataclass(frozen=True, slots=True)
class OurRefund:
    """A refund document that the bill may name. `is_of_day`: the institution accepted it on the bill's day."""

    payment_id: int
    number: str
    state: RefundDocumentState
    amount_fen: int
    is_of_day: bool


@dataclass(frozen=True, slots=True)
class MatchedLine:
    """A line of the bill, the payment of ours that it names, and why it does not agree with our document, if so."""

    line: BillLine
    payment_id: int | None
    cause: Cause | None


@dataclass(frozen=True, slots=True)
class Matched:
    """The lines, in the bill's order, and what differs. A difference may be about no line, or about several."""

    by_line: tuple[MatchedLine, ...]
    differences: tuple[Found, ...]

    @property
    def lines(self) -> int:
        """Return how many lines the bill has."""
        return len(self.by_line)

    @property
    def matched(self) -> int:
        """Return how many of them agree with our documents."""
        return sum(one.cause is None for one in self.by_line)

    @property
    def in_fen(self) -> int:
        """Return the sum of the bill's payments."""
        return sum(one.line.amount_fen for one in self.by_line if one.line.kind is LineKind.PAYMENT)

    @property
    def out_fen(self) -> int:
        """Return the sum of what went back by the bill: refunds and reversals."""
        return sum(one.line.amount_fen for one in self.by_line if one.line.kind is not LineKind.PAYMENT)


def match(lines: Sequence[BillLine], payments: Iterable[OurPayment], refunds: Iterable[OurRefund]) -> Matched:
    """Return how a day's bill agrees with our documents: those that its lines name, and those of the day."""
    by_number: dict[str, list[BillLine]] = defaultdict(list)
    by_refund: dict[str, list[BillLine]] = defaultdict(list)
    for line in lines:
        (by_refund[line.refund_number] if line.kind is LineKind.REFUND else by_number[line.number]).append(line)
    ours = {one.number: one for one in payments}
    backs = {one.number: one for one in refunds}
    found = [
        *_strangers(by_number, ours.keys(), Cause.MISSING_HERE),
        *_strangers(by_refund, backs.keys(), Cause.REFUND_MISSING_HERE),
        *(one for payment in ours.values() for one in _payment(payment, by_number.get(payment.number, []))),
        *(one for refund in backs.values() for one in _refund(refund, by_refund.get(refund.number, []))),
    ]
    wrong = {one.subject: one.cause for one in reversed(found)}
    by_line = (MatchedLine(line, _payment_of(line, ours, backs), wrong.get(_named(line))) for line in lines)
    return Matched(tuple(by_line), tuple(found))


def _named(line: BillLine) -> str:
    return line.refund_number if line.kind is LineKind.REFUND else line.number


def _payment_of(line: BillLine, ours: Mapping[str, OurPayment], backs: Mapping[str, OurRefund]) -> int | None:
    one = backs.get(line.refund_number) if line.kind is LineKind.REFUND else ours.get(line.number)
    return None if one is None else one.payment_id


def _strangers(named: Mapping[str, list[BillLine]], ours: Iterable[str], cause: Cause) -> list[Found]:
    known = set(ours)
    return [
        Found(cause, number, None, None, sum(line.amount_fen for line in lines), f"{lines[0].institution_number} is not ours")
        for number, lines in named.items()
        if number not in known
    ]


def _payment(ours: OurPayment, lines: list[BillLine]) -> list[Found]:
    paid = [line for line in lines if line.kind is LineKind.PAYMENT]
    back_fen = sum(line.amount_fen for line in lines if line.kind is LineKind.REVERSAL)
    paid_fen = sum(line.amount_fen for line in paid)

    def found(cause: Cause, detail: str) -> list[Found]:
        return [Found(cause, ours.number, ours.payment_id, ours.received_fen, paid_fen - back_fen, detail)]

    if ours.state in _OPEN:
        return found(Cause.NOT_FINAL, f"ours is {ours.state} still") if ours.is_of_day or lines else []
    if ours.state not in _KEPT:
        went = "it stands as paid in the bill, and not as given back"
        return [] if paid_fen == back_fen else found(Cause.STATE_DIFFERS, f"ours is {ours.state}; {went}")
    if not lines:
        return found(Cause.MISSING_IN_BILL, f"ours is {ours.state}") if ours.is_of_day else []
    if back_fen:
        return found(Cause.STATE_DIFFERS, f"ours is {ours.state}; it was reversed in the bill")
    if len(paid) > 1 or paid_fen != ours.received_fen:
        return found(Cause.AMOUNT_DIFFERS, f"{len(paid)} line(s) in the bill")
    return []


def _refund(ours: OurRefund, lines: list[BillLine]) -> list[Found]:
    theirs_fen = sum(line.amount_fen for line in lines)

    def found(cause: Cause, detail: str) -> list[Found]:
        return [Found(cause, ours.number, ours.payment_id, ours.amount_fen, theirs_fen, detail)]

    if not lines:
        return found(Cause.REFUND_MISSING_IN_BILL, f"ours is {ours.state}") if ours.is_of_day else []
    if len(lines) > 1 or theirs_fen != ours.amount_fen:
        return found(Cause.REFUND_AMOUNT_DIFFERS, f"{len(lines)} line(s) in the bill")
    return []
