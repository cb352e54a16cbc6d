"""Alipay face to face behind the port, by the kept SDK `python-alipay-sdk`, in public-key mode.

Laws: its blocking calls run in a pool of threads that the caller gives, within a time limit; replies are verified over their raw
text, notifications over their sorted fields, with a configured key; a notification older than five minutes is refused. A code
that no payer has scanned is no trade yet: it is cancelled, because it cannot be closed. Facts: Alipay's published API.
"""

import asyncio
import io
import zipfile
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from http.client import HTTPException
from typing import Literal, TypeVar
from urllib.parse import parse_qsl, urlsplit
from urllib.request import urlopen
from zoneinfo import ZoneInfo

from alipay import AliPay
from alipay.exceptions import AliPayException, AliPayValidationError
from alipay.utils import AliPayConfig
from pydantic import BaseModel, ValidationError

from central.payments.institution import (
    Acknowledgement,
    BillLine,
    Charge,
    GiveBack,
    Notice,
    OtherNotice,
    Paid,
    PaymentAnswer,
    PaymentNotice,
    RefundAnswer,
    RefundClosed,
    RefundDone,
    RefundNotice,
    Refused,
    ReversalAnswer,
    Reversed,
    StillPaid,
    Unknown,
    Waiting,
)
from central.payments.rules.bills import fen, is_alipay_details, read_alipay_bill
from protocol.errors import PeerError, UntrustedError
from protocol.instants import MS_PER_MINUTE, Clock, Instant, from_datetime, to_datetime

TIMEOUT_S = 10
MAX_AGE_MS = 5 * MS_PER_MINUTE
MAX_BILL_BYTES = 256 * 1024 * 1024
BILL_METHOD = "alipay.data.dataservice.bill.downloadurl.query"
DONE, IN_PROCESS, FAILED = "10000", "10003", "40004"
FEN_PER_YUAN = 100
_ZONE = ZoneInfo("Asia/Shanghai")
_STAMP = "%Y-%m-%d %H:%M:%S"
_UNSURE = frozenset({"ACQ.SYSTEM_ERROR", "ACQ.TRADE_HAS_SUCCESS", "ACQ.CONTEXT_INCONSISTENT"})
_LATER = frozenset({"ACQ.SYSTEM_ERROR", "ACQ.SELLER_BALANCE_NOT_ENOUGH"})
_RECEIVED = frozenset({"TRADE_SUCCESS", "TRADE_FINISHED"})
AnswerT = TypeVar("AnswerT")


@dataclass(frozen=True, slots=True, repr=False)
class AlipayParameters:
    """What a merchant gets from Alipay. Keys are PEM; of `public_keys` any may sign (two while they are exchanged)."""

    app_id: str
    seller_id: str
    app_private_key: str
    public_keys: tuple[str, ...]
    notify_url: str
    gateway_url: str = "https://openapi.alipay.com/gateway.do"
    bill_type: Literal["trade", "signcustomer"] = "trade"


class _Said(BaseModel):
    """The fields of replies and notifications that we read; each message has those of its kind."""

    code: str = ""
    msg: str = ""
    sub_code: str = ""
    sub_msg: str = ""
    out_trade_no: str = ""
    trade_no: str = ""
    trade_status: str = ""
    total_amount: str = ""
    gmt_payment: str = ""
    send_pay_date: str = ""
    qr_code: str = ""
    retry_flag: str = ""
    fund_change: str = ""
    refund_status: str = ""
    gmt_refund_pay: str = ""
    gmt_refund: str = ""
    out_biz_no: str = ""
    bill_download_url: str = ""
    notify_time: str = ""
    app_id: str = ""
    seller_id: str = ""

    @property
    def words(self) -> str:
        return f"{self.sub_code or self.code}: {self.sub_msg or self.msg}"


class _Sdk(AliPay):  # type: ignore[misc]  # the SDK has no types
    """The SDK, with its gateway named, and with several keys that it trusts."""

    def __init__(self, parameters: AlipayParameters, public_key: str, others: tuple["_Sdk", ...]) -> None:
        super().__init__(
            appid=parameters.app_id,
            app_notify_url=parameters.notify_url,
            app_private_key_string=parameters.app_private_key,
            alipay_public_key_string=public_key,
            config=AliPayConfig(timeout=TIMEOUT_S),
        )
        self._gateway = parameters.gateway_url
        self._others = others

    def _verify(self, raw_content: str, signature: str) -> bool:
        return super()._verify(raw_content, signature) or any(one.believes(raw_content, signature) for one in self._others)

    def believes(self, raw_content: str, signature: str) -> bool:
        return self._verify(raw_content, signature)


class AlipayInstitution:
    """Alipay of one merchant."""

    def __init__(self, parameters: AlipayParameters, pool: Executor, clock: Clock) -> None:
        """Take the parameters, the threads that calls may block, and the clock that stamps requests."""
        self._parameters = parameters
        self._pool = pool
        self._clock = clock
        first, *others = parameters.public_keys
        self._sdk = _Sdk(parameters, first, tuple(_Sdk(parameters, one, ()) for one in others))

    async def prepare(self, charge: Charge) -> PaymentAnswer:
        """Answer the port: a precreated trade."""
        said = await self._ask("alipay.trade.precreate", self._order(charge), notify=True)
        if isinstance(said, Unknown):
            return said
        return Waiting(said.qr_code) if said.code == DONE else _refused(said)

    async def charge_code(self, charge: Charge, auth_code: str) -> PaymentAnswer:
        """Answer the port: 付款码 of scene bar_code."""
        order = {**self._order(charge), "scene": "bar_code", "auth_code": auth_code}
        said = await self._ask("alipay.trade.pay", order, notify=True)
        if isinstance(said, Unknown):
            return said
        if said.code == DONE:
            return _paid(said, said.gmt_payment)
        return Waiting() if said.code == IN_PROCESS else _refused(said)

    async def query(self, number: str) -> PaymentAnswer:
        """Answer the port."""
        said = await self._ask("alipay.trade.query", {"out_trade_no": number})
        if isinstance(said, Unknown):
            return said
        if said.code != DONE or said.out_trade_no != number:
            return Unknown(said.words)
        if said.trade_status in _RECEIVED:
            return _paid(said, said.send_pay_date)
        return Waiting() if said.trade_status == "WAIT_BUYER_PAY" else Refused(said.trade_status)

    async def close(self, number: str) -> ReversalAnswer:
        """Answer the port; a paid QR cannot be closed, and a QR that no payer scanned is cancelled."""
        said = await self._ask("alipay.trade.close", {"out_trade_no": number})
        if isinstance(said, Unknown):
            return said
        if said.code == DONE:
            return Reversed()
        if said.sub_code == "ACQ.TRADE_NOT_EXIST":
            return await self.reverse(number)
        return await self._standing_says(number, said)

    async def reverse(self, number: str) -> ReversalAnswer:
        """Answer the port: cancel, which gives back what was paid."""
        said = await self._ask("alipay.trade.cancel", {"out_trade_no": number})
        if isinstance(said, Unknown):
            return said
        if said.code == DONE and said.retry_flag != "Y":
            return Reversed()
        answer = await self._standing_says(number, said)
        return Unknown(said.words) if isinstance(answer, StillPaid) else answer

    async def refund(self, wanted: GiveBack) -> RefundAnswer:
        """Answer the port; the same number again gives back nothing more."""
        body = {
            "out_trade_no": wanted.payment_number,
            "out_request_no": wanted.number,
            "refund_amount": _yuan(wanted.amount_fen),
            "refund_reason": wanted.reason,
        }
        said = await self._ask("alipay.trade.refund", body)
        if isinstance(said, Unknown):
            return said
        if said.code == DONE:
            return await self.query_refund(wanted)
        return RefundClosed(said.words) if said.code == FAILED and said.sub_code not in _LATER else Unknown(said.words)

    async def query_refund(self, wanted: GiveBack) -> RefundAnswer:
        """Answer the port. A refund that is not known to have succeeded is sent again, under its number."""
        body = {"out_trade_no": wanted.payment_number, "out_request_no": wanted.number, "query_options": ["gmt_refund_pay"]}
        said = await self._ask("alipay.trade.fastpay.refund.query", body)
        if isinstance(said, Unknown):
            return said
        if said.code == DONE and said.refund_status == "REFUND_SUCCESS":
            return RefundDone(said.trade_no, _instant(said.gmt_refund_pay) or self._clock())
        return Unknown(said.words)

    async def read_notification(self, headers: Mapping[str, str], body: bytes, now: Instant) -> Notice:
        """Answer the port: check the signature first, then the receiver and the age, then read it. All is in the form."""
        del headers
        try:
            form = dict(parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=True, max_num_fields=100))
            signature = form.pop("sign", "")
            is_signed = self._sdk.verify(dict(form), signature)
            said = _Said.model_validate(form)
        except (ValueError, AliPayException, ValidationError) as error:
            raise UntrustedError("the notification cannot be read") from error
        if not is_signed:
            raise UntrustedError("the notification is not signed by Alipay")
        if (said.app_id, said.seller_id) != (self._parameters.app_id, self._parameters.seller_id):
            raise UntrustedError("the notification is for another merchant")
        sent = _instant(said.notify_time)
        if sent is None or abs(now - sent) > MAX_AGE_MS:
            raise UntrustedError("the notification is too old, or of a clock that is wrong")
        return _notice(said)

    def acknowledgement(self, *, is_taken: bool) -> Acknowledgement:
        """Answer the port."""
        return Acknowledgement(200, b"success", "text/plain") if is_taken else Acknowledgement(401, b"failure", "text/plain")

    async def bill(self, day: date) -> tuple[BillLine, ...]:
        """Answer the port: the details file of the day's zip."""
        asked = {"bill_type": self._parameters.bill_type, "bill_date": day.isoformat()}
        said = await self._ask(BILL_METHOD, asked)
        if isinstance(said, Unknown):
            raise PeerError(f"Alipay's bill of {day}: {said.reason}; it is asked for again")
        if said.sub_code == "isp.bill_not_exist":
            return ()
        if said.code != DONE:
            raise PeerError(f"Alipay's bill of {day}: {said.words}; it is asked for again")
        return await self._in_thread(lambda: self._bill(said.bill_download_url))

    def _bill(self, url: str) -> tuple[BillLine, ...]:
        if urlsplit(url).scheme not in ("https", urlsplit(self._parameters.gateway_url).scheme):
            raise PeerError("Alipay named a bill's address that is not its own")
        try:
            packed = zipfile.ZipFile(io.BytesIO(self._download(url)))
            files = [info for info in packed.infolist() if info.file_size <= MAX_BILL_BYTES]
            texts = [packed.read(info).decode("gb18030") for info in files]
        except (OSError, HTTPException, zipfile.BadZipFile, UnicodeDecodeError) as error:
            raise PeerError("Alipay's bill could not be downloaded; it is asked for again") from error
        details = next((text for text in texts if is_alipay_details(text)), None)
        if details is None:
            raise PeerError("Alipay's bill holds no details; it is asked for again")
        return read_alipay_bill(details)

    def _download(self, url: str) -> bytes:
        with urlopen(url, timeout=TIMEOUT_S) as reply:  # noqa: S310 - the caller checks the scheme
            file: bytes = reply.read(MAX_BILL_BYTES)
        return file

    def _order(self, charge: Charge) -> dict[str, object]:
        minutes = max(1, -(-(charge.expires_at - self._clock()) // MS_PER_MINUTE))
        return {
            "out_trade_no": charge.number,
            "total_amount": _yuan(charge.amount_fen),
            "subject": charge.title,
            "timeout_express": f"{minutes}m",
        }

    async def _standing_says(self, number: str, said: _Said) -> ReversalAnswer:
        match await self.query(number):
            case Paid() as paid:
                return StillPaid(paid)
            case Refused():
                return Reversed()
            case _:
                return Unknown(said.words)

    async def _ask(self, method: str, content: Mapping[str, object], *, notify: bool = False) -> _Said | Unknown:
        stamp = to_datetime(self._clock(), _ZONE).strftime(_STAMP)
        more = {"notify_url": self._parameters.notify_url} if notify else {}
        try:
            raw = await self._in_thread(lambda: self._sdk.server_api(method, dict(content), timestamp=stamp, **more))
            return _Said.model_validate(raw)
        except (OSError, HTTPException, AliPayException, AliPayValidationError, ValueError) as error:
            return Unknown(f"{type(error).__name__}: {error}"[:200])

    async def _in_thread(self, call: Callable[[], AnswerT]) -> AnswerT:
        return await asyncio.get_running_loop().run_in_executor(self._pool, call)


def _notice(said: _Said) -> Notice:
    if said.gmt_refund:
        done = _instant(said.gmt_refund.partition(".")[0])
        return OtherNotice() if done is None else RefundNotice(said.out_biz_no, RefundDone(said.trade_no, done))
    if said.trade_status not in _RECEIVED:
        return OtherNotice()
    answer = _paid(said, said.gmt_payment)
    return PaymentNotice(said.out_trade_no, answer) if isinstance(answer, Paid) else OtherNotice()


def _paid(said: _Said, at: str) -> PaymentAnswer:
    instant = _instant(at)
    if instant is None or not said.trade_no:
        return Unknown("Alipay says that it is paid, and not when or under which number")
    try:
        return Paid(fen(said.total_amount), said.trade_no, instant)
    except PeerError as error:
        return Unknown(str(error))


def _refused(said: _Said) -> PaymentAnswer:
    return Refused(said.words) if said.code == FAILED and said.sub_code not in _UNSURE else Unknown(said.words)


def _instant(stamp: str) -> Instant | None:
    try:
        return from_datetime(datetime.strptime(stamp, _STAMP).replace(tzinfo=_ZONE))
    except ValueError:
        return None


def _yuan(amount_fen: int) -> str:
    return str((Decimal(amount_fen) / FEN_PER_YUAN).quantize(Decimal("0.01")))
