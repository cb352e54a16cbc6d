"""Builds both institutions for one merchant: banks, desks, servers on the loopback address, notifiers.

Laws: this module seeds chance and starts time; nothing is kept when it stops.
"""

from dataclasses import dataclass
from random import Random

from aiohttp import web

from hardware_sims.payment_institutions import rules
from hardware_sims.payment_institutions.account import Bank
from hardware_sims.payment_institutions.alipay import GATEWAY_PATH, Alipay
from hardware_sims.payment_institutions.china_time import WallClock
from hardware_sims.payment_institutions.desk import Desk
from hardware_sims.payment_institutions.keys import Keys
from hardware_sims.payment_institutions.notices import ALIPAY_GAPS_S, WECHAT_GAPS_S, Notifier, Post
from hardware_sims.payment_institutions.serving import LOOPBACK, listen
from hardware_sims.payment_institutions.trades import Rules
from hardware_sims.payment_institutions.wechat import WeChat
from hardware_sims.timers import Timers

WECHAT_REFUND_TAKES_S = 1.0


@dataclass(frozen=True, slots=True)
class InstitutionsSetup:
    """The start of time (epoch ms), the seed of all chance, ports (0: any), and the differences from the real rules.

    `check_age` off suits a merchant whose clock differs from the institutions'.
    """

    started_at_ms: int
    seed: int = 0
    wechat_port: int = 0
    alipay_port: int = 0
    check_age: bool = True
    wechat_rules: Rules = rules.WECHAT_RULES
    alipay_rules: Rules = rules.ALIPAY_RULES
    wechat_refund_takes_s: float = WECHAT_REFUND_TAKES_S


class Institutions:
    """WeChat Pay and Alipay of one merchant. `start` before use, inside a running loop; `stop` at the end."""

    def __init__(self, keys: Keys, timers: Timers, setup: InstitutionsSetup) -> None:
        self._setup = setup
        self._runners: list[web.AppRunner] = []
        self._ports = (setup.wechat_port, setup.alipay_port)
        random = Random(setup.seed)
        self.clock = clock = WallClock(timers, setup.started_at_ms)
        wechat_bank = Bank(setup.wechat_rules, _child(random), rules.wechat_trade_number, rules.wechat_refund_number)
        wechat_desk = Desk(wechat_bank, timers, clock, _child(random), refund_takes_s=setup.wechat_refund_takes_s)
        wechat_notifier = Notifier(timers, clock, wechat_desk.faults, WECHAT_GAPS_S)
        self.wechat = WeChat(wechat_desk, wechat_notifier, keys.wechat, _child(random), check_age=setup.check_age)
        alipay_bank = Bank(setup.alipay_rules, _child(random), rules.alipay_trade_number, rules.alipay_refund_number)
        alipay_desk = Desk(alipay_bank, timers, clock, _child(random), refund_takes_s=0)
        alipay_notifier = Notifier(timers, clock, alipay_desk.faults, ALIPAY_GAPS_S)
        self.alipay = Alipay(alipay_desk, alipay_notifier, keys.alipay, _child(random))

    @property
    def wechat_url(self) -> str:
        """The address in place of https://api.mch.weixin.qq.com."""
        return f"http://{LOOPBACK}:{self._ports[0]}"

    @property
    def alipay_url(self) -> str:
        """The address in place of https://openapi.alipay.com/gateway.do."""
        return f"http://{LOOPBACK}:{self._ports[1]}{GATEWAY_PATH}"

    async def start(self) -> None:
        """Serve merchants."""
        await self.wechat.notifier.start()
        await self.alipay.notifier.start()
        wechat_runner, wechat_port = await listen(self.wechat.app(), self._ports[0])
        self._runners.append(wechat_runner)
        alipay_runner, alipay_port = await listen(self.alipay.app(), self._ports[1])
        self._runners.append(alipay_runner)
        self._ports = (wechat_port, alipay_port)

    async def join(self, post: Post) -> None:
        """Open no port: tests call `answer` of each institution, and notices go to merchants by `post`."""
        await self.wechat.notifier.start(post)
        await self.alipay.notifier.start(post)

    async def stop(self) -> None:
        """Stop serving."""
        runners, self._runners = self._runners, []
        for runner in runners:
            await runner.cleanup()
        await self.wechat.notifier.stop()
        await self.alipay.notifier.stop()


def _child(random: Random) -> Random:
    return Random(random.getrandbits(64))
