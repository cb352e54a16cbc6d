"""WeChat Pay's calls: from a checked body to the desk, and back to an answer.

Laws: knows nothing of signatures and connections; each call answers, errors included.
"""

import gzip
import hashlib
import json

from hardware_sims.payment_institutions import wechat_words as words
from hardware_sims.payment_institutions.bill_shelf import BillShelf, is_period
from hardware_sims.payment_institutions.china_time import SECOND_MS
from hardware_sims.payment_institutions.desk import Desk
from hardware_sims.payment_institutions.faults import Operation
from hardware_sims.payment_institutions.keys import WeChatKeys
from hardware_sims.payment_institutions.serving import Answer, Asked
from hardware_sims.payment_institutions.trades import Order, OrderKind, RefundRequest, Refusal, Trade, TradeState
from hardware_sims.payment_institutions.wechat_bill import bill_text
from hardware_sims.payment_institutions.wechat_requests import (
    AbnormalRefunding,
    Closing,
    CodeOrder,
    JsapiOrder,
    NativeOrder,
    Refunding,
    Reversing,
)

CODE_URL = "weixin://wxpay/bizpayurl?pr="
PREPAY_PREFIX = "wx"
DAY_LENGTH = len("2026-11-23")


def said(body: words.Json, status: int = 200) -> Answer:
    """An answer in JSON."""
    return Answer(status, json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode())


def failed(error: words.Error, detail: str | None = None) -> Answer:
    """An error in WeChat Pay's form."""
    status, code, message = error
    return said({"code": code, "message": message} | ({} if detail is None else {"detail": {"issue": detail}}), status)


class WeChatCalls:
    """The calls of one merchant."""

    def __init__(self, desk: Desk, keys: WeChatKeys, shelf: BillShelf) -> None:
        self._desk = desk
        self._keys = keys
        self._shelf = shelf

    def native(self, asked: Asked) -> Answer:
        """Take an order; answer with the text of the code to show."""
        body = NativeOrder.model_validate_json(asked.body)
        trade = self._opened(body, OrderKind.SCAN, None)
        return trade if isinstance(trade, Answer) else said({"code_url": CODE_URL + self._desk.token_of(trade)})

    def jsapi(self, asked: Asked) -> Answer:
        """Take an order; answer with the number that the payer's app confirms."""
        body = JsapiOrder.model_validate_json(asked.body)
        trade = self._opened(body, OrderKind.IN_APP, body.payer.openid)
        return trade if isinstance(trade, Answer) else said({"prepay_id": PREPAY_PREFIX + self._desk.token_of(trade)})

    def code_pay(self, asked: Asked) -> Answer:
        """Take a payment by the payer's code."""
        body = CodeOrder.model_validate_json(asked.body)
        error = self._stranger(body.mchid, body.appid)
        if error is not None:
            return failed(error)
        order = Order(body.out_trade_no, body.amount.total, body.description, OrderKind.PAY_CODE, body.appid, attach=body.attach)
        trade = self._desk.pay_by_code(order, body.payer.auth_code)
        if isinstance(trade, Refusal):
            return failed(words.error_of(trade, Operation.PAY_CODE))
        if trade.state is TradeState.PAYING:
            return failed(words.USER_PAYING)
        return said(words.transaction(trade, self._keys.mchid))

    def query(self, asked: Asked) -> Answer:
        """Return the state of a trade, found by the merchant's number or by our own."""
        if asked.query.get("mchid") != self._keys.mchid:
            return failed(words.NO_MERCHANT)
        trade = self._desk.trade_by_either(asked.path.get("transaction_id"), asked.path.get("out_trade_no"))
        if trade is None:
            return failed(words.error_of(Refusal.UNKNOWN_TRADE, Operation.QUERY))
        return said(words.transaction(trade, self._keys.mchid))

    def close(self, asked: Asked) -> Answer:
        """Close an unpaid trade that is not a payment by code."""
        body = Closing.model_validate_json(asked.body)
        if body.mchid != self._keys.mchid:
            return failed(words.NO_MERCHANT)
        out_trade_no = asked.path["out_trade_no"]
        known = self._desk.trade(out_trade_no)
        if known is not None and known.order.kind is OrderKind.PAY_CODE:
            return failed(words.error_of(Refusal.WRONG_KIND, Operation.CLOSE))
        closed = self._desk.close(out_trade_no)
        return failed(words.error_of(closed, Operation.CLOSE)) if isinstance(closed, Refusal) else Answer(204)

    def reverse(self, asked: Asked) -> Answer:
        """Undo a payment by code, paid or not."""
        body = Reversing.model_validate_json(asked.body)
        error = self._stranger(body.mchid, body.appid)
        if error is not None:
            return failed(error)
        out_trade_no = asked.path["out_trade_no"]
        known = self._desk.trade(out_trade_no)
        if known is not None and known.order.kind is not OrderKind.PAY_CODE:
            return failed(words.error_of(Refusal.WRONG_KIND, Operation.REVERSE))
        undone = self._desk.reverse(out_trade_no)
        if isinstance(undone, Refusal):
            return failed(words.error_of(undone, Operation.REVERSE))
        return said({"appid": body.appid, "mchid": body.mchid, "out_trade_no": out_trade_no})

    def refund(self, asked: Asked) -> Answer:
        """Accept a refund."""
        body = Refunding.model_validate_json(asked.body)
        trade = self._desk.trade_by_either(body.transaction_id, body.out_trade_no)
        if trade is None:
            return failed(words.error_of(Refusal.UNKNOWN_TRADE, Operation.REFUND))
        if body.amount.total != trade.order.amount_fen:
            return failed(words.error_of(Refusal.OTHER_REFUND, Operation.REFUND))
        out_trade_no = trade.order.out_trade_no
        request = RefundRequest(out_trade_no, body.out_refund_no, body.amount.refund, body.reason, body.notify_url)
        refund = self._desk.refund(request)
        if isinstance(refund, Refusal):
            return failed(words.error_of(refund, Operation.REFUND))
        return said(words.refund_answer(trade, refund))

    def query_refund(self, asked: Asked) -> Answer:
        """Return the state of a refund."""
        refund = self._desk.bank.refund_of("", asked.path["out_refund_no"])
        trade = None if refund is None else self._desk.trade(refund.request.out_trade_no)
        if refund is None or trade is None:
            return failed(words.error_of(Refusal.UNKNOWN_REFUND, Operation.REFUND_QUERY))
        return said(words.refund_answer(trade, refund))

    def abnormal_refund(self, asked: Asked) -> Answer:
        """Send an abnormal refund another way."""
        body = AbnormalRefunding.model_validate_json(asked.body)
        known = self._desk.bank.refund_of("", body.out_refund_no)
        if known is None or known.refund_no != asked.path["refund_id"]:
            return failed(words.error_of(Refusal.UNKNOWN_REFUND, Operation.REFUND))
        refund = self._desk.try_abnormal_again(known.request)
        trade = self._desk.trade(known.request.out_trade_no)
        if isinstance(refund, Refusal) or trade is None:
            return failed(words.error_of(Refusal.OTHER_REFUND, Operation.REFUND))
        return said(words.refund_answer(trade, refund))

    def trade_bill(self, asked: Asked) -> Answer:
        """Make the bill of a day, and return a link to it; the hash is of the plain text."""
        day, packing = asked.query.get("bill_date", ""), asked.query.get("tar_type")
        if not is_period(day) or len(day) != DAY_LENGTH or packing not in (None, "GZIP"):
            return failed(words.PARAM_ERROR)
        if asked.query.get("bill_type", "ALL") != "ALL":
            return failed(words.PARAM_ERROR, "this simulator makes bills of type ALL")
        if not self._shelf.ready(day):
            return failed(words.BILL_IN_THE_MAKING)
        text = bill_text(self._desk.bank.book, day, self._keys.mchid, self._desk.bank.rules.fee_bp)
        if text is None or not self._shelf.kept(day):
            return failed(words.NO_BILL)
        plain = text.encode()
        content = plain if packing is None else gzip.compress(plain, mtime=0)
        kind = "text/plain; charset=utf-8" if packing is None else "application/gzip"
        token = self._shelf.put(f"{day}.csv", content, kind)
        digest = hashlib.sha1(plain, usedforsecurity=False).hexdigest()
        url = f"{asked.origin}/v3/billdownload/file?token={token}"
        return said({"hash_type": "SHA1", "hash_value": digest, "download_url": url})

    def bill_file(self, asked: Asked) -> Answer:
        """Return the file behind a link, unsigned."""
        file = self._shelf.get(asked.query.get("token", ""))
        return failed(words.LINK_RAN_OUT) if file is None else Answer(200, file.content, file.content_type, signed=False)

    def _opened(self, body: NativeOrder, kind: OrderKind, openid: str | None) -> Trade | Answer:
        error = self._stranger(body.mchid, body.appid)
        if error is not None:
            return failed(error)
        expires = body.time_expire
        order = Order(
            body.out_trade_no,
            body.amount.total,
            body.description,
            kind,
            body.appid,
            notify_url=body.notify_url,
            expires_at_ms=None if expires is None else round(expires.timestamp() * SECOND_MS),
            openid=openid,
            attach=body.attach,
        )
        trade = self._desk.open(order)
        return failed(words.error_of(trade, Operation.ORDER)) if isinstance(trade, Refusal) else trade

    def _stranger(self, mchid: str, app_id: str) -> words.Error | None:
        if mchid != self._keys.mchid:
            return words.NO_MERCHANT
        return None if app_id == self._keys.app_id else words.NOT_MATCH
