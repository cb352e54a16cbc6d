"""Both payment institutions in virtual time, a merchant's notify address, and the kept SDKs as independent clients."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from aiohttp import web
from alipay import AliPay
from wechatpayv3 import WeChatPay, WeChatPayType

from hardware_sims.payment_institutions.institutions import Institutions, InstitutionsSetup
from hardware_sims.payment_institutions.keys import Keys, make_keys, private_pem, public_pem
from hardware_sims.payment_institutions.serving import listen
from hardware_sims.timers import VirtualTimers

NOON_MS = 1_795_406_400_000  # 2026-11-23 12:00:00 in Beijing
TIMEOUT_S = 10
Json = dict[str, Any]


@cache
def institution_keys() -> Keys:
    """Make keys once a process: they take a second."""
    return make_keys()


@dataclass(slots=True)
class Told:
    """One callback as it came."""

    headers: dict[str, str]
    body: str
    form: dict[str, str]


@dataclass(slots=True)
class Merchant:
    """A notify address that keeps all notifications and answers as `answers` says, by default with success."""

    url: str = ""
    told: list[Told] = field(default_factory=list)
    answers: list[web.Response] = field(default_factory=list)

    async def hear(self, request: web.Request) -> web.Response:
        body = (await request.read()).decode()
        form = {name: str(value) for name, value in (await request.post()).items()}
        self.told.append(Told(dict(request.headers), body, form))
        return self.answers.pop(0) if self.answers else web.Response(text="success")


@dataclass(slots=True)
class Town:
    """Institutions, their time, and one merchant."""

    institutions: Institutions
    timers: VirtualTimers
    merchant: Merchant
    keys: Keys

    async def wait(self, seconds: float) -> None:
        """Let virtual time go by, and wait for what it starts on the loopback address."""
        self.timers.advance(seconds)
        await self.institutions.wechat.notifier.settle()
        await self.institutions.alipay.notifier.settle()


@asynccontextmanager
async def town(setup: InstitutionsSetup | None = None) -> AsyncIterator[Town]:
    """Open a town; by default, the clients' real clock is not checked."""
    timers, merchant, keys = VirtualTimers(), Merchant(), institution_keys()
    institutions = Institutions(keys, timers, setup or InstitutionsSetup(started_at_ms=NOON_MS, check_age=False))
    app = web.Application()
    app.router.add_post("/notify", merchant.hear)
    runner, port = await listen(app, 0)
    merchant.url = f"http://127.0.0.1:{port}/notify"
    await institutions.start()
    yield Town(institutions, timers, merchant, keys)
    await institutions.stop()
    await runner.cleanup()


def real_now_ms() -> int:
    """Return the machine's time, by which the SDKs sign."""
    return time.time_ns() // 1_000_000


class WeChatClient:
    """wechatpayv3 as the merchant's client; its calls block, so each runs in a thread."""

    def __init__(self, there: Town, *, next_key: bool = False) -> None:
        keys = there.keys.wechat
        self.sdk = WeChatPay(
            wechatpay_type=WeChatPayType.NATIVE,
            mchid=keys.mchid,
            private_key=private_pem(keys.merchant),
            cert_serial_no=keys.merchant_serial,
            appid=keys.app_id,
            apiv3_key=keys.api_v3_key,
            notify_url=there.merchant.url,
            public_key=public_pem(keys.next_institution if next_key else keys.institution),
            public_key_id=keys.next_public_key_id if next_key else keys.public_key_id,
            timeout=TIMEOUT_S,
        )
        self.sdk._core._gate_way = there.institutions.wechat_url  # noqa: SLF001 - the SDK has no other way to name a sandbox

    async def call(self, method: str, **arguments: object) -> tuple[int, Json]:
        """Call a method of the SDK; returns status and JSON, {} where there is none."""
        status, said = await asyncio.to_thread(getattr(self.sdk, method), **arguments)
        return status, json.loads(said) if said else {}

    async def native(self, out_trade_no: str, fen: int, **more: object) -> tuple[int, Json]:
        """Order by a code to scan."""
        return await self.call("pay", description="门票", out_trade_no=out_trade_no, amount={"total": fen}, **more)

    async def code_pay(self, out_trade_no: str, fen: int, auth_code: str) -> tuple[int, Json]:
        """Take a payment by the payer's code."""
        return await self.call(
            "pay",
            description="门票",
            out_trade_no=out_trade_no,
            amount={"total": fen},
            payer={"auth_code": auth_code},
            scene_info={"store_info": {"id": "W1"}},
            pay_type=WeChatPayType.CODEPAY,
        )

    async def refund(self, out_trade_no: str, out_refund_no: str, fen: int, total: int, **more: object) -> tuple[int, Json]:
        """Ask for a refund."""
        amount = {"refund": fen, "total": total, "currency": "CNY"}
        return await self.call("refund", out_trade_no=out_trade_no, out_refund_no=out_refund_no, amount=amount, **more)

    def hears(self, told: Told) -> Json | None:
        """Return what the SDK reads from a callback; None where the SDK does not trust it."""
        heard: Json | None = self.sdk.callback(told.headers, told.body)
        return heard


class AlipayClient:
    """python-alipay-sdk as the merchant's client; its calls block, so each runs in a thread."""

    def __init__(self, there: Town, *, next_key: bool = False) -> None:
        keys = there.keys.alipay
        self.sdk = AliPay(
            appid=keys.app_id,
            app_notify_url=there.merchant.url,
            app_private_key_string=private_pem(keys.app),
            alipay_public_key_string=public_pem(keys.next_institution if next_key else keys.institution),
        )
        self.sdk._gateway = there.institutions.alipay_url  # noqa: SLF001 - the SDK has no other way to name a sandbox

    async def call(self, method: str, **arguments: object) -> Json:
        """Call a method of the SDK; its name without alipay.trade."""
        call: Callable[..., Json] = getattr(self.sdk, f"api_alipay_trade_{method}")
        return await asyncio.to_thread(call, **arguments)

    async def pay(self, out_trade_no: str, yuan: str, auth_code: str) -> Json:
        """Take a payment by the payer's code."""
        return await self.call(
            "pay", out_trade_no=out_trade_no, scene="bar_code", auth_code=auth_code, subject="门票", total_amount=yuan
        )

    async def bill(self, bill_date: str) -> Json:
        """Ask for the link to a bill."""
        name = "alipay.data.dataservice.bill.downloadurl.query"
        said: Json = await asyncio.to_thread(self.sdk.server_api, name, {"bill_type": "trade", "bill_date": bill_date})
        return said

    def hears(self, told: Told) -> bool:
        """Return whether the SDK trusts a notification."""
        said = dict(told.form)
        return bool(self.sdk.verify(said, said.pop("sign")))
