"""Alipay as a server: one gateway checks each request's signature, signs each answer, and sends changes by notify.

Laws: a request without the merchant's signature changes nothing; the file of a bill is unsigned. A request's timestamp must be
well formed, its age does not matter. Source: the published API.
"""

import json
from collections.abc import Callable
from datetime import datetime
from random import Random
from urllib.parse import parse_qsl, urlencode

from aiohttp import web
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from pydantic import ValidationError

from hardware_sims.payment_institutions import alipay_wire as wire
from hardware_sims.payment_institutions import alipay_words as words
from hardware_sims.payment_institutions.alipay_calls import BILL_PATH, QR_CODE, AlipayCalls
from hardware_sims.payment_institutions.bill_shelf import BillShelf
from hardware_sims.payment_institutions.china_time import SECOND_MS, stamp, yuan
from hardware_sims.payment_institutions.desk import Desk
from hardware_sims.payment_institutions.faults import Fault, Operation
from hardware_sims.payment_institutions.keys import AlipayKeys
from hardware_sims.payment_institutions.notices import Notice, Notifier
from hardware_sims.payment_institutions.serving import Cut, Heard, Reply, hindered, served
from hardware_sims.payment_institutions.signatures import sign, verifies
from hardware_sims.payment_institutions.trades import Refund, RefundState, Trade

GATEWAY_PATH = "/gateway.do"
BILL_LINK_LIVES_MS = 30 * SECOND_MS
UNKNOWN_METHOD_ANSWER = "error_response"
Call = Callable[[str, str | None, str], words.Said]


class Alipay:
    """The institution for one merchant."""

    def __init__(self, desk: Desk, notifier: Notifier, keys: AlipayKeys, random: Random) -> None:
        self.desk = desk
        self.notifier = notifier
        self.shelf = BillShelf(desk.clock, random, link_lives_ms=BILL_LINK_LIVES_MS)
        self._keys = keys
        self._notifies = 0
        calls = AlipayCalls(desk, keys, self.shelf)
        self._methods: dict[str, tuple[Operation, Call]] = {
            "alipay.trade.pay": (Operation.PAY_CODE, calls.pay),
            "alipay.trade.precreate": (Operation.ORDER, calls.precreate),
            "alipay.trade.query": (Operation.QUERY, calls.query),
            "alipay.trade.close": (Operation.CLOSE, calls.close),
            "alipay.trade.cancel": (Operation.REVERSE, calls.cancel),
            "alipay.trade.refund": (Operation.REFUND, calls.refund),
            "alipay.trade.fastpay.refund.query": (Operation.REFUND_QUERY, calls.query_refund),
            "alipay.data.dataservice.bill.downloadurl.query": (Operation.BILL, calls.bill),
        }
        desk.when_paid = self._tell_paid
        desk.when_refund_ended = self._tell_refund

    def app(self) -> web.Application:
        """The server."""
        return served(self.answer)

    def answer(self, heard: Heard) -> Reply | Cut:
        """Answer one request, or stay silent."""
        path, _, query = heard.target.partition("?")
        asked = dict(parse_qsl(query, keep_blank_values=True))
        if path == BILL_PATH:
            return self._bill_file(asked.get("token", ""))
        if path != GATEWAY_PATH:
            return _page(404, "nothing is here")
        return self._called(asked | dict(parse_qsl(heard.body.decode(), keep_blank_values=True)), heard.origin)

    def trade_named(self, qr_code: str) -> str | None:
        """The merchant's number of the trade behind a qr_code."""
        return self.desk.named_by(qr_code.removeprefix(QR_CODE)) if qr_code.startswith(QR_CODE) else None

    def _called(self, parameters: dict[str, str], origin: str) -> Reply | Cut:
        method = parameters.get("method", "")
        operation, call = self._methods.get(method, (None, None))
        answer_name = UNKNOWN_METHOD_ANSWER if operation is None else method.replace(".", "_") + "_response"
        failure = self._failure(parameters)
        if operation is None or call is None or failure is not None:
            return self._signed(answer_name, words.failed(failure or words.BAD_METHOD))
        said = hindered(self.desk.faults, operation, lambda: _answered(call, parameters, origin), _unknown(operation))
        return said if isinstance(said, Cut) else self._signed(answer_name, said)

    def _bill_file(self, token: str) -> Reply:
        file = self.shelf.get(token)
        if file is None:
            return _page(404, "the link is unknown or ran out: ask for another one")
        return Reply(200, {"Content-Type": file.content_type}, file.content)

    def _failure(self, parameters: dict[str, str]) -> words.Failure | None:
        if parameters.get("app_id") != self._keys.app_id:
            return words.BAD_APP
        if parameters.get("sign_type") != wire.SIGN_TYPE:
            return words.BAD_SIGN_TYPE
        if parameters.get("charset", "").lower() != "utf-8":
            return words.BAD_CHARSET
        if not verifies(self._keys.app.public_key(), wire.request_text(parameters), parameters.get("sign", "")):
            return words.BAD_SIGNATURE
        try:
            datetime.strptime(parameters.get("timestamp", ""), "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007 - the wire names no zone
        except ValueError:
            return words.BAD_TIMESTAMP
        return None

    def _signed(self, name: str, said: words.Said) -> Reply:
        return Reply(200, {"Content-Type": "text/html;charset=utf-8"}, wire.signed_answer(name, said, self._key()))

    def _key(self) -> RSAPrivateKey:
        return self._keys.next_institution if self.desk.faults.takes(Fault.KEY_ROTATION) else self._keys.institution

    def _tell_paid(self, trade: Trade) -> None:
        self._tell(trade, {})

    def _tell_refund(self, refund: Refund) -> None:
        trade = self.desk.trade(refund.request.out_trade_no)
        if trade is None or refund.state is not RefundState.SUCCESS or refund.ended_at_ms is None:
            return
        about = {"out_biz_no": refund.request.out_refund_no, "refund_fee": yuan(trade.refunded_fen)}
        self._tell(trade, about | {"gmt_refund": stamp(refund.ended_at_ms)})

    def _tell(self, trade: Trade, more: dict[str, str]) -> None:
        order = trade.order
        if order.notify_url is None or trade.paid_at_ms is None:
            return
        self._notifies += 1
        now_ms, amount, payer = self.desk.clock.now_ms(), yuan(order.amount_fen), words.buyer(trade)
        said = {
            "notify_id": f"{now_ms:014d}{self._notifies:020d}",
            "notify_type": "trade_status_sync",
            "charset": "utf-8",
            "version": "1.0",
            "app_id": self._keys.app_id,
            "auth_app_id": self._keys.app_id,
            "seller_id": self._keys.seller_id,
            "buyer_id": payer["buyer_user_id"],
            "buyer_logon_id": payer["buyer_logon_id"],
            "trade_no": trade.trade_no,
            "out_trade_no": order.out_trade_no,
            "trade_status": words.trade_status(trade, self.desk.bank.rules, now_ms),
            "total_amount": amount,
            "receipt_amount": amount,
            "buyer_pay_amount": amount,
            "subject": order.subject,
            "gmt_create": stamp(trade.created_at_ms),
            "gmt_payment": stamp(trade.paid_at_ms),
            "fund_bill_list": json.dumps([{"amount": amount, "fundChannel": "ALIPAYACCOUNT"}], separators=(",", ":")),
            "passback_params": order.attach or "",
        } | more
        about = f"{said['trade_status']} {order.out_trade_no}"
        self.notifier.send(Notice(about, order.notify_url, lambda: self._notify(said), _understood))

    def _notify(self, said: dict[str, str]) -> tuple[dict[str, str], bytes]:
        full = said | {"notify_time": stamp(self.desk.clock.now_ms()), "sign_type": wire.SIGN_TYPE}
        full["sign"] = sign(self._key(), wire.notify_text(full))
        sent = {name: value for name, value in full.items() if value}
        return {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}, urlencode(sent).encode()


def _understood(_status: int, said: bytes) -> bool:
    return said == b"success"


def _page(status: int, text: str) -> Reply:
    return Reply(status, {"Content-Type": "text/plain; charset=utf-8"}, text.encode())


def _unknown(operation: Operation) -> words.Said:
    retry = {"retry_flag": "Y"} if operation is Operation.REVERSE else {}
    return words.failed(words.SYSTEM_ERROR) | retry


def _answered(call: Call, parameters: dict[str, str], origin: str) -> words.Said:
    try:
        return call(parameters.get("biz_content", ""), parameters.get("notify_url"), origin)
    except ValidationError as error:
        failed = words.failed(words.BAD_PARAMETER)
        return failed | {"sub_msg": "; ".join(f"{detail['loc']}: {detail['msg']}" for detail in error.errors())}
