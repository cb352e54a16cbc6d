"""An office that may die at any moment, and both institutions, in one virtual time and one process.

A process of the office lives for so many points: before and after each request to an institution, and around each commit. After
the last one nothing of it runs any more, and another process begins over the same database.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from math import ceil
from pathlib import Path

from aiohttp import ClientConnectionError
from sqlalchemy import text

from central.issuing.feed_version import FeedVersion
from central.payments.institution import Institution
from central.payments.institution_refunds import World
from central.payments.methods import Method
from central.payments.reconciliation import Reconciliation
from central.store.engine import Database, open_database
from central.store.unit_of_work import Store, Work
from hardware_sims.payment_institutions.alipay import GATEWAY_PATH, Alipay
from hardware_sims.payment_institutions.institutions import Institutions, InstitutionsSetup
from hardware_sims.payment_institutions.wechat import WeChat
from hardware_sims.timers import VirtualTimers
from protocol.instants import MS_PER_SECOND, Instant
from tests.builders.central import HandClock, SeededBytes, sqlite_url
from tests.builders.institution import configured
from tests.builders.institution_clients import alipay_parameters, wechat_parameters
from tests.builders.office import Office
from tests.builders.payment_lines import NearAlipay, NearWeChat, quick_keys
from tests.builders.refunding import publish

# Used at each step, and therefore not built each time.
_NEXT_DUE = text(
    "SELECT (SELECT min(next_at) FROM payment), (SELECT min(next_at) FROM payment_refund), "
    "(SELECT min(expires_at) FROM sale_order WHERE state = 'open' AND NOT EXISTS "
    "(SELECT 1 FROM payment WHERE order_id = sale_order.id AND next_at IS NOT NULL)), "
    "(SELECT min(requested_at) FROM refund WHERE state = 'waiting')"
)
WECHAT_URL, ALIPAY_URL, NOTIFY_URL = "http://wechat", "http://alipay", "http://office/"


class Killed(BaseException):
    """The process is dead. It is no `Exception`, so that no code can recover from it."""


@dataclass(slots=True)
class Life:
    """How many points a process lives through (None: for ever), and those that it has passed."""

    left: int | None = None
    is_over: bool = False
    passed: list[str] = field(default_factory=list)

    def passes(self, point: str) -> None:
        """Pass a point, or die there."""
        if self.left is not None:
            self.left -= 1
            self.is_over = self.is_over or self.left < 0
        if self.is_over:
            raise Killed(point)
        self.passed.append(point)


@dataclass(frozen=True, slots=True)
class Due:
    """When the next payment, refund, order or fence is due; None: none is."""

    payment: Instant | None
    refund: Instant | None
    order: Instant | None
    fence: Instant | None

    @property
    def first(self) -> Instant | None:
        """Return when the first of them is due."""
        return min((one for one in (self.payment, self.refund, self.order, self.fence) if one is not None), default=None)


class MortalStore(Store):
    """Transactions of a process that may die around each commit."""

    def __init__(self, database: Database, life: Life) -> None:
        super().__init__(database)
        self._life = life

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Work]:
        """Yield a unit of work as a store does."""
        async with super().transaction() as work:
            yield work
            self._life.passes("before a commit")
        self._life.passes("after a commit")


class Premises:
    """The office of the process that lives now, and the institutions. `open` before use, `close` at the end."""

    def __init__(self, directory: Path) -> None:
        self.database = open_database(sqlite_url(directory))
        self.clock = HandClock()
        self.timers = VirtualTimers()
        setup = InstitutionsSetup(started_at_ms=self.clock(), check_age=False)
        self.institutions = Institutions(quick_keys(), self.timers, setup)
        self.store = Store(self.database)
        self.life = Life()
        self.lives = 0
        self._clients = self._made_clients()
        self.office = self._begun()

    async def open(self) -> None:
        """Start all parts."""
        await self.institutions.join(self._told)
        await self.office.open()

    async def close(self) -> None:
        """Stop all parts."""
        await self.institutions.stop()
        await self.store.close()

    def server(self, method: Method) -> WeChat | Alipay:
        """Return an institution."""
        return self.institutions.wechat if method is Method.WECHAT else self.institutions.alipay

    def restart(self, points: int | None = None) -> None:
        """Begin another process, which lives through so many points."""
        self.office = self._begun(points)

    async def reopen(self) -> None:
        """Begin another process over the file that the former one left."""
        await self.database.engine.dispose()
        self.restart()

    async def survived(self, act: Callable[[], Awaitable[object]]) -> bool:
        """Do something, and return whether the process has survived it; if not, another one has begun."""
        with suppress(Killed):
            await act()
        await self._settled()
        if not self.life.is_over:
            return True
        self.restart()
        return False

    async def until(self, at: Instant) -> None:
        """Let time go by until then; institutions' notifications meanwhile arrive."""
        self.timers.advance((at - self.clock()) / MS_PER_SECOND)
        self.clock.now = at
        await self._settled()
        if self.life.is_over:
            self.restart()

    async def due(self) -> Due:
        """Return when something of the office is due next."""
        async with self.store.asking() as connection:
            return Due(*(await connection.execute(_NEXT_DUE)).one())

    def next_at_institutions(self) -> Instant | None:
        """Return when the next event of the institutions or of their payers comes."""
        due_s = self.timers.next_due_s()
        return None if due_s is None else Instant(self.clock() + ceil((due_s - self.timers.now_s()) * MS_PER_SECOND))

    async def work(self, due: Due) -> None:
        """Do what is due, as the jobs do."""
        now, office = self.clock(), self.office
        jobs = (
            (due.fence, self.settle_refunds),
            (due.payment, office.payments.follow),
            (due.refund, office.payments.refunds.follow),
            (due.order, lambda: office.sales.expire(now)),
        )
        for at, job in jobs:
            if at is not None and at <= now and not await self.survived(job):
                return

    async def settle_refunds(self) -> None:
        """Tell gates of void tickets, and pay refunds that wait for no gate."""
        await publish(self.office, FeedVersion(1, self.clock()))
        await self.office.refunds.settle_waiting(self.clock())

    def reconciliation(self) -> Reconciliation:
        """Return the service that matches bills."""
        return Reconciliation(self.store, World(configured(self._clients), self.clock, SeededBytes("bills")))

    def _begun(self, points: int | None = None) -> Office:
        self.lives += 1
        self.life = Life(points)
        store = MortalStore(self.database, self.life)
        office = Office(store, self.clock, self._clients, SeededBytes(f"life {self.lives}"))
        office.seller = 1
        return office

    def _made_clients(self) -> dict[Method, Institution]:
        keys, wechat, alipay = quick_keys(), self.institutions.wechat, self.institutions.alipay
        of_wechat = wechat_parameters(keys.wechat, NOTIFY_URL + Method.WECHAT, WECHAT_URL)
        of_alipay = alipay_parameters(keys.alipay, NOTIFY_URL + Method.ALIPAY, ALIPAY_URL + GATEWAY_PATH)
        return {
            Method.WECHAT: NearWeChat(of_wechat, wechat, self._passes),
            Method.ALIPAY: NearAlipay(of_alipay, self.clock, alipay, self._passes),
        }

    def _passes(self, point: str) -> None:
        self.life.passes(point)

    async def _told(self, url: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        try:
            method = Method(url.removeprefix(NOTIFY_URL))
            heard = await self.office.payments.receive(method, headers, body, self.clock())
        except Killed as death:
            raise ClientConnectionError("no process answers") from death
        return heard.status, heard.body

    async def _settled(self) -> None:
        await self.institutions.wechat.notifier.settle()
        await self.institutions.alipay.notifier.settle()
