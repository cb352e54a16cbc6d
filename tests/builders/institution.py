"""A payment institution in memory, which answers as a test says: for the decisions of payments, not for the wire."""

import json
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from central.payments import institution
from central.payments.differences import BILL_ZONE
from central.payments.institution_refunds import Institutions
from central.payments.methods import Method
from protocol.errors import PeerError, UntrustedError
from protocol.instants import Instant, local_day
from tests.builders.central import HandClock


def configured(institutions: Mapping[Method, institution.Institution]) -> Institutions:
    """Return a function that says that these are configured, now and at any time."""

    async def answer() -> Mapping[Method, institution.Institution]:
        return institutions

    return answer


@dataclass(slots=True)
class Trade:
    """One payment as the institution knows it."""

    charge: institution.Charge
    paid: institution.Paid | None = None
    is_closed: bool = False
    refunds: dict[str, tuple[int, Instant]] = field(default_factory=dict)


class ScriptedInstitution:
    """Keeps trades. `faults` holds, for the next calls in turn, "lost" (done, but no reply), "deaf" (not even heard) or "ok"."""

    def __init__(self, clock: HandClock) -> None:
        self._clock = clock
        self.trades: dict[str, Trade] = {}
        self.faults: deque[str] = deque()
        self.calls: list[str] = []
        self.charges_at_once = True
        self.refund_answers: deque[institution.RefundAnswer] = deque()

    def pay(self, number: str, amount_fen: int | None = None) -> institution.Paid:
        """The payer pays."""
        trade = self.trades[number]
        paid = institution.Paid(amount_fen or trade.charge.amount_fen, f"4200{len(number)}{number[-8:]}", self._clock())
        trade.paid = paid
        return paid

    @property
    def held_fen(self) -> int:
        """What the institution holds for us."""
        paid = sum(trade.paid.amount_fen for trade in self.trades.values() if trade.paid is not None)
        return paid - sum(amount for trade in self.trades.values() for amount, _ in trade.refunds.values())

    async def prepare(self, charge: institution.Charge) -> institution.PaymentAnswer:
        fault = self._call("prepare")
        if fault != "deaf":
            self.trades[charge.number] = Trade(charge)
        return institution.Waiting(f"weixin://{charge.number}") if fault == "ok" else institution.Unknown(fault)

    async def charge_code(self, charge: institution.Charge, auth_code: str) -> institution.PaymentAnswer:
        fault = self._call("charge_code")
        if fault == "deaf":
            return institution.Unknown(fault)
        self.trades[charge.number] = Trade(charge)
        if auth_code.startswith("9"):
            self.trades[charge.number].is_closed = True
            return institution.Refused("AUTH_CODE_INVALID") if fault == "ok" else institution.Unknown(fault)
        if self.charges_at_once:
            self.pay(charge.number)
        return self._standing(charge.number) if fault == "ok" else institution.Unknown(fault)

    async def query(self, number: str) -> institution.PaymentAnswer:
        return self._standing(number) if self._call("query") == "ok" else institution.Unknown("lost")

    async def close(self, number: str) -> institution.ReversalAnswer:
        fault = self._call("close")
        trade = self.trades.get(number)
        if fault == "deaf":
            return institution.Unknown(fault)
        if trade is not None and trade.paid is not None:
            return institution.StillPaid(trade.paid) if fault == "ok" else institution.Unknown(fault)
        if trade is not None:
            trade.is_closed = True
        return institution.Reversed() if fault == "ok" else institution.Unknown(fault)

    async def reverse(self, number: str) -> institution.ReversalAnswer:
        fault = self._call("reverse")
        if fault == "deaf":
            return institution.Unknown(fault)
        trade = self.trades.get(number)
        if trade is not None:
            trade.paid, trade.is_closed = None, True
        return institution.Reversed() if fault == "ok" else institution.Unknown(fault)

    async def refund(self, wanted: institution.GiveBack) -> institution.RefundAnswer:
        fault = self._call("refund")
        if fault == "deaf":
            return institution.Unknown(fault)
        trade = self.trades[wanted.payment_number]
        assert trade.paid is not None
        others = sum(amount for number, (amount, _) in trade.refunds.items() if number != wanted.number)
        if others + wanted.amount_fen > trade.paid.amount_fen:
            return institution.RefundClosed("more than was paid")
        trade.refunds.setdefault(wanted.number, (wanted.amount_fen, self._clock()))
        return self._refund_standing(wanted) if fault == "ok" else institution.Unknown(fault)

    async def query_refund(self, wanted: institution.GiveBack) -> institution.RefundAnswer:
        return self._refund_standing(wanted) if self._call("query_refund") == "ok" else institution.Unknown("lost")

    async def read_notification(self, headers: Mapping[str, str], body: bytes, now: Instant) -> institution.Notice:
        assert now
        if headers.get("Signed") != "yes":
            raise UntrustedError("the notification is not signed")
        number = str(json.loads(body)["number"])
        trade = self.trades.get(number)
        paid = institution.Paid(1, "4200unknown", self._clock()) if trade is None or trade.paid is None else trade.paid
        return institution.PaymentNotice(number, paid)

    def acknowledgement(self, *, is_taken: bool) -> institution.Acknowledgement:
        return institution.Acknowledgement(200 if is_taken else 401, b"{}", "application/json")

    async def bill(self, day: date) -> tuple[institution.BillLine, ...]:
        if self._call("bill") != "ok":
            raise PeerError("the bill is not there yet")
        lines = [line for number, trade in self.trades.items() for line in _lines(number, trade)]
        return tuple(line for line, at in lines if local_day(at, BILL_ZONE) == day)

    def _call(self, name: str) -> str:
        self.calls.append(name)
        return self.faults.popleft() if self.faults else "ok"

    def _standing(self, number: str) -> institution.PaymentAnswer:
        trade = self.trades.get(number)
        if trade is None:
            return institution.Unknown("ORDER_NOT_EXIST")
        if trade.paid is not None:
            return trade.paid
        return institution.Refused("CLOSED") if trade.is_closed else institution.Waiting()

    def _refund_standing(self, wanted: institution.GiveBack) -> institution.RefundAnswer:
        if self.refund_answers:
            return self.refund_answers.popleft()
        return institution.RefundDone(f"5030{wanted.number[-8:]}", self.trades[wanted.payment_number].refunds[wanted.number][1])


def _lines(number: str, trade: Trade) -> list[tuple[institution.BillLine, Instant]]:
    if trade.paid is None:
        return []
    paid = institution.BillLine(institution.LineKind.PAYMENT, number, "", trade.paid.institution_number, trade.paid.amount_fen)
    refunds = [
        (institution.BillLine(institution.LineKind.REFUND, number, refund, trade.paid.institution_number, amount), at)
        for refund, (amount, at) in trade.refunds.items()
    ]
    return [(paid, trade.paid.at), *refunds]
