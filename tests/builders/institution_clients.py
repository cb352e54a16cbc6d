"""Our clients of both institutions, over the simulated ones in a town; and what both have in common for a test."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

from central.payments.alipay import AlipayInstitution, AlipayParameters
from central.payments.institution import Charge, Institution, Waiting
from central.payments.methods import Method
from central.payments.wechat import WeChatInstitution, WeChatParameters
from hardware_sims.payment_institutions.alipay import Alipay
from hardware_sims.payment_institutions.desk import Desk
from hardware_sims.payment_institutions.keys import AlipayKeys, WeChatKeys, private_pem, public_pem
from hardware_sims.payment_institutions.trades import Trade
from hardware_sims.payment_institutions.wechat import WeChat
from protocol.instants import Instant, plus
from tests.builders.institutions import Told, Town

THREADS = 4


def wechat_parameters(keys: WeChatKeys, notify_url: str, base_url: str) -> WeChatParameters:
    """Return what the merchant got from WeChat Pay: the key in use, and the next one."""
    return WeChatParameters(
        mchid=keys.mchid,
        app_id=keys.app_id,
        merchant_serial=keys.merchant_serial,
        merchant_private_key=private_pem(keys.merchant),
        api_v3_key=keys.api_v3_key,
        public_key_id=keys.public_key_id,
        public_keys={
            keys.public_key_id: public_pem(keys.institution),
            keys.next_public_key_id: public_pem(keys.next_institution),
        },
        notify_url=notify_url,
        store_id="W1",
        base_url=base_url,
    )


def alipay_parameters(keys: AlipayKeys, notify_url: str, gateway_url: str) -> AlipayParameters:
    """Return what the merchant got from Alipay: the key in use, and the next one."""
    return AlipayParameters(
        app_id=keys.app_id,
        seller_id=keys.seller_id,
        app_private_key=private_pem(keys.app),
        public_keys=(public_pem(keys.institution), public_pem(keys.next_institution)),
        notify_url=notify_url,
        gateway_url=gateway_url,
    )


@dataclass(slots=True)
class Counter:
    """One client, the institution that it talks to, and their common time."""

    client: Institution
    there: Town
    other_side: WeChat | Alipay

    @property
    def desk(self) -> Desk:
        return self.other_side.desk

    def now(self) -> Instant:
        return Instant(self.there.institutions.clock.now_ms())

    def charge(self, number: str = "PAY0001", amount_fen: int = 8000) -> Charge:
        return Charge(number, amount_fen, "门票", plus(self.now(), seconds=900))

    async def shown(self, number: str = "PAY0001") -> str:
        """Show a QR, and return its text."""
        answer = await self.client.prepare(self.charge(number))
        assert isinstance(answer, Waiting)
        assert answer.qr is not None
        return answer.qr

    async def paid_by_qr(self, number: str = "PAY0001") -> None:
        """Show a QR that a payer scans and pays."""
        named = self.other_side.trade_named(await self.shown(number))
        assert named == number
        assert isinstance(self.desk.confirm(number, "zhang"), Trade)

    async def told(self) -> list[Told]:
        """Return all that the institution has sent until now."""
        await self.there.wait(0)
        return self.there.merchant.told


@contextmanager
def counter(there: Town, method: Method) -> Iterator[Counter]:
    """Yield one institution's counter."""
    url, institutions = there.merchant.url, there.institutions
    with ThreadPoolExecutor(THREADS) as pool:
        if method is Method.WECHAT:
            wechat = wechat_parameters(there.keys.wechat, url, institutions.wechat_url)
            yield Counter(WeChatInstitution(wechat, pool), there, institutions.wechat)
        else:
            alipay = alipay_parameters(there.keys.alipay, url, institutions.alipay_url)
            client = AlipayInstitution(alipay, pool, lambda: Instant(institutions.clock.now_ms()))
            yield Counter(client, there, institutions.alipay)
