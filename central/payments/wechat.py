"""WeChat Pay v3 behind the port, by the kept SDK `wechatpayv3`, in public-key mode.

Laws: its blocking calls run in a pool of threads that the caller gives, within time limits; every reply and callback is verified
with the configured key that it names, and no key is ever fetched; a callback older than five minutes is refused. Facts: WeChat
Pay's published API (docs/decisions/0008 says why it stands behind a port).
"""

import asyncio
import gzip
import hashlib
import hmac
import json
import zlib
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import date, datetime
from http import HTTPStatus
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ValidationError
from requests import RequestException
from wechatpayv3 import WeChatPay, WeChatPayType
from wechatpayv3.core import Core
from wechatpayv3.type import RequestType
from wechatpayv3.utils import load_public_key, rsa_verify

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
    RefundAbnormal,
    RefundAnswer,
    RefundClosed,
    RefundDone,
    RefundNotice,
    RefundProcessing,
    Refused,
    ReversalAnswer,
    Reversed,
    StillPaid,
    Unknown,
    Waiting,
)
from central.payments.rules.bills import read_wechat_bill
from protocol.errors import PeerError, UntrustedError
from protocol.instants import MS_PER_MINUTE, MS_PER_SECOND, Instant, from_datetime, to_datetime

CONNECT_TIMEOUT_S, READ_TIMEOUT_S = 3, 10
MAX_AGE_MS = 5 * MS_PER_MINUTE
MAX_BILL_BYTES = 256 * 1024 * 1024
BILL_PATH = "/v3/billdownload/file?"
_ZONE = ZoneInfo("Asia/Shanghai")
_ALGORITHM = "WECHATPAY2-SHA256-RSA2048"
_UNSURE = frozenset({"OUT_TRADE_NO_USED", "ORDERPAID", "SYSTEM_ERROR", "FREQUENCY_LIMITED", "BANK_ERROR", "TRADE_ERROR"})
_LATER = frozenset({"NOT_ENOUGH", "FREQUENCY_LIMITED", "SYSTEM_ERROR", "SIGN_ERROR", "BIZERR_NEED_RETRY"})
_WAITING = frozenset({"NOTPAY", "USERPAYING"})
_RECEIVED = frozenset({"SUCCESS", "REFUND"})


@dataclass(frozen=True, slots=True, repr=False)
class WeChatParameters:
    """What a merchant gets from WeChat Pay. Keys are PEM; `public_keys` by id, the one in use named by `public_key_id`."""

    mchid: str
    app_id: str
    merchant_serial: str
    merchant_private_key: str
    api_v3_key: str
    public_key_id: str
    public_keys: Mapping[str, str]
    notify_url: str
    store_id: str
    base_url: str = "https://api.mch.weixin.qq.com"


class _Shown(BaseModel):
    code_url: str


class _BillLink(BaseModel):
    download_url: str
    hash_value: str


class _Amount(BaseModel):
    total: int


class _Transaction(BaseModel):
    appid: str
    mchid: str
    out_trade_no: str
    trade_state: str
    transaction_id: str = ""
    success_time: datetime | None = None
    amount: _Amount


class _Refund(BaseModel):
    refund_id: str
    out_refund_no: str
    status: str
    create_time: datetime | None = None
    success_time: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Reply:
    status: int
    code: str
    text: str

    @property
    def words(self) -> str:
        return f"{self.code or self.status}: {self.text}"


class _VerifyingCore(Core):  # type: ignore[misc]  # the SDK has no types
    """The SDK's core, with a sandbox named; it trusts configured keys only."""

    def __init__(self, parameters: WeChatParameters) -> None:
        super().__init__(
            mchid=parameters.mchid,
            cert_serial_no=parameters.merchant_serial,
            private_key=parameters.merchant_private_key,
            apiv3_key=parameters.api_v3_key,
            timeout=(CONNECT_TIMEOUT_S, READ_TIMEOUT_S),
            public_key=parameters.public_keys[parameters.public_key_id],
            public_key_id=parameters.public_key_id,
        )
        self._gate_way = parameters.base_url
        self._keys = {key_id: load_public_key(pem) for key_id, pem in parameters.public_keys.items()}

    def _verify_signature(self, headers: Mapping[str, str], body: str) -> bool:
        given = {name.lower(): value for name, value in headers.items()}
        key = self._keys.get(given.get("wechatpay-serial", ""))
        if key is None or given.get("wechatpay-signature-type", _ALGORITHM) != _ALGORITHM:
            raise UntrustedError("WeChat Pay signed with a key that is not configured; take the new public key over")
        said = (given.get(f"wechatpay-{name}", "") for name in ("timestamp", "nonce"))
        if not rsa_verify(*said, body, given.get("wechatpay-signature", ""), key):
            raise UntrustedError("the signature of WeChat Pay is not valid")
        return True


class WeChatInstitution:
    """WeChat Pay of one merchant."""

    def __init__(self, parameters: WeChatParameters, pool: Executor) -> None:
        """Take the parameters and the threads that calls may block; this calls no institution yet."""
        self._parameters = parameters
        self._pool = pool
        self._sdk = WeChatPay(
            wechatpay_type=WeChatPayType.NATIVE,
            mchid=parameters.mchid,
            private_key=parameters.merchant_private_key,
            cert_serial_no=parameters.merchant_serial,
            appid=parameters.app_id,
            apiv3_key=parameters.api_v3_key,
            notify_url=parameters.notify_url,
            public_key=parameters.public_keys[parameters.public_key_id],
            public_key_id=parameters.public_key_id,
        )
        self._core = _VerifyingCore(parameters)
        self._sdk._core = self._core  # noqa: SLF001 - the SDK has no other way to name a sandbox or to keep several keys

    async def prepare(self, charge: Charge) -> PaymentAnswer:
        """Answer the port: a Native order."""
        reply = await self._ask(
            lambda: self._sdk.pay(
                description=charge.title,
                out_trade_no=charge.number,
                amount={"total": charge.amount_fen, "currency": "CNY"},
                time_expire=to_datetime(charge.expires_at, _ZONE).isoformat(timespec="seconds"),
                pay_type=WeChatPayType.NATIVE,
            )
        )
        if isinstance(reply, Unknown):
            return reply
        if reply.status != HTTPStatus.OK:
            return _refused(reply)
        try:
            return Waiting(_Shown.model_validate_json(reply.text).code_url)
        except ValidationError:
            return Unknown("WeChat Pay's answer cannot be read")

    async def charge_code(self, charge: Charge, auth_code: str) -> PaymentAnswer:
        """Answer the port: 付款码."""
        reply = await self._ask(
            lambda: self._sdk.pay(
                description=charge.title,
                out_trade_no=charge.number,
                amount={"total": charge.amount_fen, "currency": "CNY"},
                payer={"auth_code": auth_code},
                scene_info={"store_info": {"id": self._parameters.store_id}},
                pay_type=WeChatPayType.CODEPAY,
            )
        )
        if isinstance(reply, Unknown):
            return reply
        if reply.status == HTTPStatus.OK:
            return self._standing(reply.text, charge.number)
        return Waiting() if reply.status == HTTPStatus.ACCEPTED else _refused(reply)

    async def query(self, number: str) -> PaymentAnswer:
        """Answer the port."""
        reply = await self._ask(lambda: self._sdk.query(out_trade_no=number))
        if isinstance(reply, Unknown):
            return reply
        return self._standing(reply.text, number) if reply.status == HTTPStatus.OK else Unknown(reply.words)

    async def close(self, number: str) -> ReversalAnswer:
        """Answer the port; a paid QR cannot be closed."""
        return await self._undone(number, lambda: self._sdk.close(out_trade_no=number))

    async def reverse(self, number: str) -> ReversalAnswer:
        """Answer the port: 撤销, which gives back what was paid."""
        path = f"/v3/pay/transactions/out-trade-no/{number}/reverse"
        body = {"appid": self._parameters.app_id, "mchid": self._parameters.mchid}
        answer = await self._undone(number, lambda: self._core.request(path, method=RequestType.POST, data=body))
        return Unknown("it is paid, and could not be reversed yet") if isinstance(answer, StillPaid) else answer

    async def refund(self, wanted: GiveBack) -> RefundAnswer:
        """Answer the port."""
        reply = await self._ask(
            lambda: self._sdk.refund(
                out_refund_no=wanted.number,
                out_trade_no=wanted.payment_number,
                amount={"refund": wanted.amount_fen, "total": wanted.paid_fen, "currency": "CNY"},
                reason=wanted.reason,
                notify_url=self._parameters.notify_url,
            )
        )
        if isinstance(reply, Unknown):
            return reply
        if reply.status == HTTPStatus.OK:
            return _refund_standing(reply.text)
        is_sure = HTTPStatus.BAD_REQUEST <= reply.status < HTTPStatus.INTERNAL_SERVER_ERROR and reply.code not in _LATER
        return RefundClosed(reply.words) if is_sure else Unknown(reply.words)

    async def query_refund(self, wanted: GiveBack) -> RefundAnswer:
        """Answer the port."""
        reply = await self._ask(lambda: self._sdk.query_refund(out_refund_no=wanted.number))
        if isinstance(reply, Unknown):
            return reply
        return _refund_standing(reply.text) if reply.status == HTTPStatus.OK else Unknown(reply.words)

    async def read_notification(self, headers: Mapping[str, str], body: bytes, now: Instant) -> Notice:
        """Answer the port: check the signature first, then the age, then read it."""
        given = {name.lower(): value for name, value in headers.items()}
        try:
            heard = self._core.callback(given, body)
        except ValueError as error:
            raise UntrustedError("the notification cannot be read") from error
        sent = given.get("wechatpay-timestamp", "")
        if not sent.isascii() or not sent.isdigit() or abs(now - int(sent) * MS_PER_SECOND) > MAX_AGE_MS:
            raise UntrustedError("the notification is too old, or of a clock that is wrong")
        if not heard:
            raise UntrustedError("the notification is not for this merchant's key")
        return self._notice(str(heard.get("event_type", "")), heard["resource"])

    def acknowledgement(self, *, is_taken: bool) -> Acknowledgement:
        """Answer the port."""
        if is_taken:
            return Acknowledgement(HTTPStatus.OK, '{"code":"SUCCESS","message":"成功"}'.encode(), "application/json")
        return Acknowledgement(HTTPStatus.UNAUTHORIZED, '{"code":"FAIL","message":"验签失败"}'.encode(), "application/json")

    async def bill(self, day: date) -> tuple[BillLine, ...]:
        """Answer the port: the trade bill of type ALL, its hash verified."""
        reply = await self._ask(lambda: self._sdk.trade_bill(bill_date=day.isoformat(), bill_type="ALL", tar_type="GZIP"))
        if isinstance(reply, Unknown):
            raise PeerError(f"WeChat Pay's bill of {day}: {reply.reason}; it is asked for again")
        if reply.code == "NO_STATEMENT_EXIST":
            return ()
        if reply.status != HTTPStatus.OK:
            raise PeerError(f"WeChat Pay's bill of {day}: {reply.words}; it is asked for again")
        try:
            link = _BillLink.model_validate_json(reply.text)
        except ValidationError as error:
            raise PeerError("WeChat Pay's answer to the question for a bill cannot be read") from error
        if not link.download_url.startswith(self._parameters.base_url + BILL_PATH):
            raise PeerError("WeChat Pay named a bill's address that is not its own")
        packed = await self._download(link.download_url)
        try:
            plain = zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(packed, MAX_BILL_BYTES)
        except (zlib.error, gzip.BadGzipFile) as error:
            raise PeerError("WeChat Pay's bill cannot be unpacked; it is asked for again") from error
        digest = hashlib.sha1(plain, usedforsecurity=False).hexdigest()
        if not hmac.compare_digest(digest, link.hash_value.lower()):
            raise PeerError("WeChat Pay's bill is not the one that it announced; it is asked for again")
        return read_wechat_bill(plain.decode())

    async def _download(self, url: str) -> bytes:
        try:
            status, said = await asyncio.get_running_loop().run_in_executor(self._pool, lambda: self._sdk.download_bill(url))
        except RequestException as error:
            raise PeerError("WeChat Pay's bill could not be downloaded; it is asked for again") from error
        if status != HTTPStatus.OK or not isinstance(said, bytes):
            raise PeerError(f"WeChat Pay's bill could not be downloaded ({status}); it is asked for again")
        return said

    async def _undone(self, number: str, call: Callable[[], tuple[int, str | bytes]]) -> ReversalAnswer:
        reply = await self._ask(call)
        if isinstance(reply, Unknown):
            return reply
        if reply.status in (HTTPStatus.OK, HTTPStatus.NO_CONTENT, HTTPStatus.NOT_FOUND) or reply.code == "ORDER_CLOSED":
            return Reversed()
        match await self.query(number):
            case Paid() as paid:
                return StillPaid(paid)
            case Refused():
                return Reversed()
            case _:
                return Unknown(reply.words)

    async def _ask(self, call: Callable[[], tuple[int, str | bytes]]) -> _Reply | Unknown:
        try:
            status, said = await asyncio.get_running_loop().run_in_executor(self._pool, call)
        except (RequestException, UntrustedError) as error:
            return Unknown(f"{type(error).__name__}: {error}"[:200])
        text = said.decode(errors="replace") if isinstance(said, bytes) else said
        if status in (HTTPStatus.OK, HTTPStatus.NO_CONTENT):
            return _Reply(status, "", text)
        try:
            told = json.loads(text)
            return _Reply(status, str(told["code"]), str(told.get("message", ""))[:100])
        except (ValueError, KeyError, TypeError, AttributeError):
            return Unknown(f"WeChat Pay answered {status} without its own code")

    def _standing(self, text: str, number: str) -> PaymentAnswer:
        try:
            said = _Transaction.model_validate_json(text)
        except ValidationError:
            return Unknown("WeChat Pay's answer cannot be read")
        return self._answer(said) if said.out_trade_no == number else Unknown("WeChat Pay answered for another payment")

    def _answer(self, said: _Transaction) -> PaymentAnswer:
        if (said.appid, said.mchid) != (self._parameters.app_id, self._parameters.mchid):
            return Unknown("WeChat Pay answered for another merchant")
        if said.trade_state in _RECEIVED and said.success_time is not None:
            return Paid(said.amount.total, said.transaction_id, from_datetime(said.success_time))
        return Waiting() if said.trade_state in _WAITING else Refused(said.trade_state)

    def _notice(self, event: str, resource: Mapping[str, object]) -> Notice:
        try:
            if event == "TRANSACTION.SUCCESS":
                said = _Transaction.model_validate(resource)
                answer = self._answer(said)
                return PaymentNotice(said.out_trade_no, answer) if isinstance(answer, Paid) else OtherNotice()
            if event.startswith("REFUND."):
                refund = _Refund.model_validate({**resource, "status": resource.get("refund_status")})
                return RefundNotice(refund.out_refund_no, _refund_answer(refund))
        except ValidationError as error:
            raise UntrustedError("the notification does not say what its event must say") from error
        return OtherNotice()


def _refused(reply: _Reply) -> PaymentAnswer:
    is_sure = HTTPStatus.BAD_REQUEST <= reply.status < HTTPStatus.INTERNAL_SERVER_ERROR and reply.code not in _UNSURE
    return Refused(reply.words) if is_sure else Unknown(reply.words)


def _refund_standing(text: str) -> RefundAnswer:
    try:
        return _refund_answer(_Refund.model_validate_json(text))
    except ValidationError:
        return Unknown("WeChat Pay's answer cannot be read")


def _refund_answer(said: _Refund) -> RefundAnswer:
    accepted = None if said.create_time is None else from_datetime(said.create_time)
    if said.status == "SUCCESS" and said.success_time is not None:
        return RefundDone(said.refund_id, from_datetime(said.success_time), accepted)
    if said.status == "PROCESSING" and accepted is not None:
        return RefundProcessing(said.refund_id, accepted)
    if said.status in ("CLOSED", "CLOSE"):
        return RefundClosed(said.status)
    return RefundAbnormal(said.status) if said.status == "ABNORMAL" else Unknown(said.status)
