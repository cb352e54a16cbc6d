"""WeChat Pay v3 as a server: checks each request's signature, carries out the call, signs the answer, sends callbacks.

Laws: a request without the merchant's signature over its bytes, or one that is too old, changes nothing; every answer is signed,
except the file of a bill. Source: the published API.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from urllib.parse import parse_qsl

from aiohttp import web
from pydantic import ValidationError

from hardware_sims.payment_institutions import wechat_wire as wire
from hardware_sims.payment_institutions import wechat_words as words
from hardware_sims.payment_institutions.bill_shelf import BillShelf
from hardware_sims.payment_institutions.china_time import DAY_MS, MINUTE_MS, SECOND_MS, rfc3339
from hardware_sims.payment_institutions.desk import Desk
from hardware_sims.payment_institutions.faults import Fault, Operation
from hardware_sims.payment_institutions.keys import WeChatKeys
from hardware_sims.payment_institutions.notices import Notice, Notifier
from hardware_sims.payment_institutions.serving import Answer, Asked, Cut, Heard, Reply, hindered, served
from hardware_sims.payment_institutions.signatures import verifies
from hardware_sims.payment_institutions.trades import OrderKind, Refund, RefundState, Refusal, Trade
from hardware_sims.payment_institutions.wechat_calls import CODE_URL, PREPAY_PREFIX, WeChatCalls, failed

MAX_REQUEST_AGE_MS = 5 * MINUTE_MS
BILL_LINK_LIVES_MS = 5 * MINUTE_MS
Call = Callable[[Asked], Answer]
_REFUND_EVENTS = {
    RefundState.SUCCESS: "REFUND.SUCCESS",
    RefundState.ABNORMAL: "REFUND.ABNORMAL",
    RefundState.CLOSED: "REFUND.CLOSED",
}


@dataclass(frozen=True, slots=True)
class _Served:
    """A call and its address; the parts in braces vary."""

    method: str
    path: re.Pattern[str]
    operation: Operation
    call: Call


class WeChat:
    """The institution for one merchant; `check_age` is off where the merchant reads another clock."""

    def __init__(self, desk: Desk, notifier: Notifier, keys: WeChatKeys, random: Random, *, check_age: bool = True) -> None:
        self.desk = desk
        self.notifier = notifier
        self.shelf = BillShelf(desk.clock, random, link_lives_ms=BILL_LINK_LIVES_MS)
        self._keys = keys
        self._random = random
        self._check_age = check_age
        self._served = _addresses(WeChatCalls(desk, keys, self.shelf))
        self._events = 0
        desk.when_paid = self._tell_paid
        desk.when_refund_ended = self._tell_refund

    def app(self) -> web.Application:
        """The server."""
        return served(self.answer)

    def answer(self, heard: Heard) -> Reply | Cut:
        """Answer one request, or stay silent."""
        if not self._authorized(heard):
            return self._signed(failed(words.SIGN_ERROR))
        path, _, query = heard.target.partition("?")
        for one in self._served:
            named = one.path.fullmatch(path)
            if named is not None and one.method == heard.method:
                return self._done(one, Asked(heard.body, named.groupdict(), dict(parse_qsl(query)), heard.origin))
        return self._signed(failed(words.NO_SUCH_CALL))

    def trade_named(self, code_url: str) -> str | None:
        """The merchant's number of the trade behind a code_url."""
        return self.desk.named_by(code_url.removeprefix(CODE_URL)) if code_url.startswith(CODE_URL) else None

    def confirm_in_app(self, parameters: dict[str, str], payer: str) -> Trade | Refusal:
        """Let the payer's app confirm a prepay_id, if the merchant signed appId, timeStamp, nonceStr and package."""
        package = parameters.get("package", "")
        text = wire.pay_text(
            parameters.get("appId", ""), parameters.get("timeStamp", ""), parameters.get("nonceStr", ""), package
        )
        token = package.removeprefix("prepay_id=" + PREPAY_PREFIX)
        out_trade_no = self.desk.named_by(token)
        if out_trade_no is None or not verifies(self._keys.merchant.public_key(), text, parameters.get("paySign", "")):
            return Refusal.UNKNOWN_TRADE
        return self.desk.confirm(out_trade_no, payer)

    def _done(self, one: _Served, asked: Asked) -> Reply | Cut:
        said = hindered(self.desk.faults, one.operation, lambda: _answered(one.call, asked), failed(words.SYSTEM_ERROR))
        return said if isinstance(said, Cut) else self._signed(said)

    def _authorized(self, heard: Heard) -> bool:
        said = wire.parse_authorization(heard.headers.get("Authorization", ""))
        if said is None or (said.mchid, said.serial_no) != (self._keys.mchid, self._keys.merchant_serial):
            return False
        if not said.timestamp.isascii() or not said.timestamp.isdigit():
            return False
        age_ms = abs(self.desk.clock.now_ms() - int(said.timestamp) * SECOND_MS)
        if self._check_age and age_ms > MAX_REQUEST_AGE_MS:
            return False
        text = wire.request_text(heard.method, heard.target, said.timestamp, said.nonce_str, heard.body)
        return verifies(self._keys.merchant.public_key(), text, said.signature)

    def _signed(self, answer: Answer) -> Reply:
        headers = self._headers(answer.body) if answer.signed else {}
        if answer.body:
            headers["Content-Type"] = answer.content_type
        return Reply(answer.status, headers, answer.body)

    def _headers(self, body: bytes) -> dict[str, str]:
        rotated, probe = self.desk.faults.takes(Fault.KEY_ROTATION), self.desk.faults.takes(Fault.PROBE_SIGNATURE)
        keys = self._keys
        signer = wire.Signer(keys.institution, keys.public_key_id)
        if rotated:
            signer = wire.Signer(keys.next_institution, keys.next_public_key_id)
        return wire.signed_headers(signer, body, self.desk.clock.now_ms(), self._random, probe=probe)

    def _tell_paid(self, trade: Trade) -> None:
        if trade.order.kind is OrderKind.PAY_CODE or trade.order.notify_url is None:
            return  # payment by code has no callback: the merchant asks
        about = words.transaction(trade, self._keys.mchid)
        self._tell(trade.order.notify_url, "TRANSACTION.SUCCESS", "transaction", about)

    def _tell_refund(self, refund: Refund) -> None:
        trade = self.desk.trade(refund.request.out_trade_no)
        if trade is None or refund.request.notify_url is None:
            return
        about = words.refund_told(trade, refund, self._keys.mchid)
        self._tell(refund.request.notify_url, _REFUND_EVENTS[refund.state], "refund", about)

    def _tell(self, url: str, event: str, kind: str, about: words.Json) -> None:
        self._events += 1
        now_ms = self.desk.clock.now_ms()
        plain = json.dumps(about, ensure_ascii=False, separators=(",", ":")).encode()
        told = {
            "id": f"EV-{now_ms // DAY_MS:05d}{self._events:027d}",
            "create_time": rfc3339(now_ms),
            "resource_type": "encrypt-resource",
            "event_type": event,
            "summary": event,
            "resource": wire.encrypt_resource(self._keys.api_v3_key, plain, kind, self._random),
        }
        body = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()

        def build() -> tuple[dict[str, str], bytes]:
            return self._headers(body) | {"Content-Type": "application/json"}, body

        self.notifier.send(Notice(f"{event} {about['out_trade_no']}", url, build, lambda status, _said: status in (200, 204)))


def _answered(call: Call, asked: Asked) -> Answer:
    try:
        return call(asked)
    except ValidationError as error:
        return failed(words.PARAM_ERROR, "; ".join(f"{detail['loc']}: {detail['msg']}" for detail in error.errors()))


def _addresses(calls: WeChatCalls) -> tuple[_Served, ...]:
    pay, refunds = "/v3/pay/transactions", "/v3/refund/domestic/refunds"
    by_number = pay + "/out-trade-no/{out_trade_no}"
    table = (
        ("POST", pay + "/native", Operation.ORDER, calls.native),
        ("POST", pay + "/jsapi", Operation.ORDER, calls.jsapi),
        ("POST", pay + "/codepay", Operation.PAY_CODE, calls.code_pay),
        ("GET", by_number, Operation.QUERY, calls.query),
        ("GET", pay + "/id/{transaction_id}", Operation.QUERY, calls.query),
        ("POST", by_number + "/close", Operation.CLOSE, calls.close),
        ("POST", by_number + "/reverse", Operation.REVERSE, calls.reverse),
        ("POST", refunds, Operation.REFUND, calls.refund),
        ("GET", refunds + "/{out_refund_no}", Operation.REFUND_QUERY, calls.query_refund),
        ("POST", refunds + "/{refund_id}/apply-abnormal-refund", Operation.REFUND, calls.abnormal_refund),
        ("GET", "/v3/bill/tradebill", Operation.BILL, calls.trade_bill),
        ("GET", "/v3/billdownload/file", Operation.BILL_FILE, calls.bill_file),
    )
    return tuple(_Served(method, _pattern(path), operation, call) for method, path, operation, call in table)


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"{(\w+)}", r"(?P<\1>[^/]+)", path))
