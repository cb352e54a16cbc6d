"""Alipay's calls: from checked biz_content to the desk, and back to the answer.

Laws: knows nothing of signatures and connections; each call answers, failures included.
"""

import re
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from hardware_sims.payment_institutions import alipay_words as words
from hardware_sims.payment_institutions.alipay_bill import bill_zip
from hardware_sims.payment_institutions.bill_shelf import BillShelf, is_period
from hardware_sims.payment_institutions.china_time import DAY_MS, HOUR_MS, MINUTE_MS
from hardware_sims.payment_institutions.desk import Desk
from hardware_sims.payment_institutions.faults import Operation
from hardware_sims.payment_institutions.keys import AlipayKeys
from hardware_sims.payment_institutions.trades import (
    Order,
    OrderKind,
    Refund,
    RefundRequest,
    RefundState,
    Refusal,
    Trade,
    TradeState,
)

QR_CODE = "https://qr.alipay.com/bax"
BILL_PATH = "/downloadBillFile.resource"
FEN_PER_YUAN = 100
_UNITS_MS = {"m": MINUTE_MS, "h": HOUR_MS, "d": DAY_MS}
_DURATION = re.compile(r"(\d{1,4})([mhd])")
Yuan = Annotated[Decimal, Field(gt=0, max_digits=11, decimal_places=2)]
Duration = Annotated[str, Field(pattern=r"^\d{1,4}[mhd]$")]


class _Content(BaseModel):
    model_config = ConfigDict(frozen=True)


class _Ordered(_Content):
    out_trade_no: str
    total_amount: Yuan
    subject: str = Field(min_length=1, max_length=256)
    timeout_express: Duration | None = None
    passback_params: str | None = None


class _Paying(_Ordered):
    scene: Literal["bar_code", "wave_code"]
    auth_code: str


class _Named(_Content):
    out_trade_no: str | None = None
    trade_no: str | None = None

    @model_validator(mode="after")
    def _one(self) -> "_Named":
        if not (self.out_trade_no or self.trade_no):
            raise ValueError("give out_trade_no or trade_no")
        return self


class _Refunding(_Named):
    refund_amount: Yuan
    out_request_no: str | None = Field(default=None, max_length=64)
    refund_reason: str | None = Field(default=None, max_length=256)


class _RefundNamed(_Named):
    out_request_no: str


class _BillNamed(_Content):
    bill_type: Literal["trade", "signcustomer"]
    bill_date: str


class AlipayCalls:
    """The calls of one merchant. Each takes biz_content as JSON, the notify_url, and the address of the request."""

    def __init__(self, desk: Desk, keys: AlipayKeys, shelf: BillShelf) -> None:
        self._desk = desk
        self._keys = keys
        self._shelf = shelf

    def pay(self, content: str, notify_url: str | None, _origin: str) -> words.Said:
        """Take a payment by the payer's code; 10003 while the payer must type the password."""
        body = _Paying.model_validate_json(content)
        trade = self._desk.pay_by_code(self._order(body, OrderKind.PAY_CODE, notify_url), body.auth_code)
        if isinstance(trade, Refusal):
            return words.failed(words.failure_of(trade, Operation.PAY_CODE))
        if trade.state is TradeState.PAYING:
            return {"code": "10003", "msg": "order success pay inprocess"} | words.numbers(trade)
        return words.done(words.payment(trade))

    def precreate(self, content: str, notify_url: str | None, _origin: str) -> words.Said:
        """Take an order; answer with the code to show. The trade exists once a payer scans it."""
        body = _Ordered.model_validate_json(content)
        trade = self._desk.open(self._order(body, OrderKind.SCAN, notify_url))
        if isinstance(trade, Refusal):
            return words.failed(words.failure_of(trade, Operation.ORDER))
        return words.done({"out_trade_no": body.out_trade_no, "qr_code": QR_CODE + self._desk.token_of(trade)})

    def query(self, content: str, _notify_url: str | None, _origin: str) -> words.Said:
        """Return the state of a trade."""
        trade = self._found(_Named.model_validate_json(content))
        if trade is None or not trade.scanned:
            return words.failed(words.failure_of(Refusal.UNKNOWN_TRADE, Operation.QUERY))
        return words.done(words.found(trade, self._desk.bank.rules, self._desk.clock.now_ms()))

    def close(self, content: str, _notify_url: str | None, _origin: str) -> words.Said:
        """Close a trade that waits for its payer."""
        trade = self._found(_Named.model_validate_json(content))
        if trade is None or not trade.scanned:
            return words.failed(words.failure_of(Refusal.UNKNOWN_TRADE, Operation.CLOSE))
        closed = self._desk.close(trade.order.out_trade_no)
        if isinstance(closed, Refusal):
            return words.failed(words.failure_of(closed, Operation.CLOSE))
        return words.done(words.numbers(closed))

    def cancel(self, content: str, _notify_url: str | None, _origin: str) -> words.Said:
        """Undo a trade, paid or not; an unknown number is a success too."""
        named = _Named.model_validate_json(content)
        trade = self._found(named)
        if trade is None and named.trade_no:
            return words.failed(words.failure_of(Refusal.UNKNOWN_TRADE, Operation.REVERSE))
        if trade is None:
            return words.done({"out_trade_no": named.out_trade_no or "", "retry_flag": "N"})
        undone = self._desk.reverse(trade.order.out_trade_no)
        if isinstance(undone, Refusal):
            return words.failed(words.failure_of(undone, Operation.REVERSE)) | {"retry_flag": "N"}
        action = "refund" if undone.money_returned_by_reversal else "close"
        return words.done({**words.numbers(undone), "retry_flag": "N", "action": action})

    def refund(self, content: str, _notify_url: str | None, _origin: str) -> words.Said:
        """Refund; fund_change says whether money moved by this call."""
        body = _Refunding.model_validate_json(content)
        trade = self._found(body)
        if trade is None or not trade.scanned:
            return words.failed(words.failure_of(Refusal.UNKNOWN_TRADE, Operation.REFUND))
        out_trade_no, amount_fen = trade.order.out_trade_no, _fen(body.refund_amount)
        if not body.out_request_no and amount_fen != trade.order.amount_fen:
            return words.failed(words.NOT_THE_WHOLE)
        request = RefundRequest(out_trade_no, body.out_request_no or out_trade_no, amount_fen, body.refund_reason)
        known = self._desk.bank.refund_of(out_trade_no, request.out_refund_no)
        refund = self._desk.refund(request)
        if isinstance(refund, Refusal):
            return words.failed(words.failure_of(refund, Operation.REFUND))
        changed = known is None and refund.state is RefundState.SUCCESS
        return words.done(words.refunded(self._desk.trade(out_trade_no) or trade, refund, changed=changed))

    def query_refund(self, content: str, _notify_url: str | None, _origin: str) -> words.Said:
        """Return whether a refund succeeded; an unknown one is a success without contents."""
        body = _RefundNamed.model_validate_json(content)
        trade = self._found(body)
        if trade is None:
            return words.failed(words.failure_of(Refusal.UNKNOWN_TRADE, Operation.REFUND_QUERY))
        refund: Refund | None = self._desk.bank.refund_of(trade.order.out_trade_no, body.out_request_no)
        return words.done({} if refund is None else words.refund_found(trade, refund))

    def bill(self, content: str, _notify_url: str | None, origin: str) -> words.Said:
        """Make the bill of a day or month, and return a link to it."""
        body = _BillNamed.model_validate_json(content)
        if not is_period(body.bill_date):
            return words.failed(words.BAD_PARAMETER)
        packed = bill_zip(self._desk.bank.book, body.bill_date, self._keys.seller_id)
        if packed is None or not self._shelf.ready(body.bill_date) or not self._shelf.kept(body.bill_date):
            return words.failed(words.NO_BILL)
        token = self._shelf.put(f"{body.bill_date}.csv.zip", packed, "application/zip")
        return words.done({"bill_download_url": f"{origin}{BILL_PATH}?token={token}"})

    def _order(self, body: _Ordered, kind: OrderKind, notify_url: str | None) -> Order:
        return Order(
            body.out_trade_no,
            _fen(body.total_amount),
            body.subject,
            kind,
            self._keys.app_id,
            notify_url=notify_url,
            lives_ms=None if body.timeout_express is None else _duration_ms(body.timeout_express),
            attach=body.passback_params,
        )

    def _found(self, named: _Named) -> Trade | None:
        return self._desk.trade_by_either(named.trade_no, named.out_trade_no)


def _fen(amount: Decimal) -> int:
    return int(amount * FEN_PER_YUAN)


def _duration_ms(text: str) -> int:
    match = _DURATION.fullmatch(text)
    assert match is not None, "the field's pattern is the same"
    return int(match[1]) * _UNITS_MS[match[2]]
