"""The notices of an institution to a merchant: a POST, repeated on the documented schedule until the merchant accepts it.

Laws: nothing is sent beyond the loopback address; each try has a new signature; the injected timers measure the time between
tries; each try is recorded.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import aiohttp
from yarl import URL

from hardware_sims.payment_institutions.china_time import WallClock
from hardware_sims.payment_institutions.faults import NOTIFY_DELAY_S, REORDER_AT_MOST_S, Fault, Faults
from hardware_sims.timers import Timers

ANSWER_WITHIN_S = 5.0
MAX_ANSWER_BYTES = 4_096
MAX_RECORD = 10_000
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_MINUTE_S, _HOUR_S = 60, 3_600
# As published: 24 h 4 min in all; and 8 tries in 25 h.
WECHAT_GAPS_S = (
    15,
    15,
    30,
    3 * _MINUTE_S,
    10 * _MINUTE_S,
    20 * _MINUTE_S,
    *[30 * _MINUTE_S] * 3,
    60 * _MINUTE_S,
    *[3 * _HOUR_S] * 3,
    *[6 * _HOUR_S] * 2,
)
ALIPAY_GAPS_S = (4 * _MINUTE_S, 10 * _MINUTE_S, 10 * _MINUTE_S, _HOUR_S, 2 * _HOUR_S, 6 * _HOUR_S, 15 * _HOUR_S)

# Sends a try to an address, and returns status and answer; raises ClientError or TimeoutError where no server answers.
Post = Callable[[str, dict[str, str], bytes], Awaitable[tuple[int, bytes]]]


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice: `build` makes headers and body for one try, `accepts` reads status and answer."""

    about: str
    url: str
    build: Callable[[], tuple[dict[str, str], bytes]]
    accepts: Callable[[int, bytes], bool]


@dataclass(frozen=True, slots=True)
class Try:
    """One try; the status is None where no server answered in time."""

    at_ms: int
    about: str
    status: int | None
    accepted: bool


class Notifier:
    """Sends one institution's notices to one merchant."""

    def __init__(self, timers: Timers, clock: WallClock, faults: Faults, gaps_s: tuple[int, ...]) -> None:
        self.tries: list[Try] = []
        self._timers = timers
        self._clock = clock
        self._faults = faults
        self._gaps_s = gaps_s
        self._held: list[Notice] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._session: aiohttp.ClientSession | None = None
        self._post: Post | None = None

    async def start(self, post: Post | None = None) -> None:
        """Start sending: over the network, or by `post` where given."""
        if post is None:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=ANSWER_WITHIN_S))
            post = _over(self._session)
        self._post = post

    async def stop(self) -> None:
        """Stop sending; drop the tries that are under way."""
        session, self._session, self._post = self._session, None, None
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if session is not None:
            await session.close()

    async def settle(self) -> None:
        """Wait until every try that is under way has ended; do not wait for later tries."""
        while self._tasks:
            await asyncio.gather(*self._tasks)

    def send(self, notice: Notice) -> None:
        """Send a notice, as far as the faults allow."""
        if self._faults.takes(Fault.MISSING_NOTIFY):
            return
        if self._faults.takes(Fault.DELAYED_NOTIFY):
            self._timers.call_after(NOTIFY_DELAY_S, lambda: self._start([notice]))
            return
        if self._faults.takes(Fault.REORDERED_NOTIFY):
            self._held.append(notice)
            self._timers.call_after(REORDER_AT_MOST_S, self._release)
            return
        copies = 2 if self._faults.takes(Fault.DUPLICATE_NOTIFY) else 1
        held, self._held = self._held, []
        self._start([notice] * copies + held)

    def _release(self) -> None:
        held, self._held = self._held, []
        self._start(held)

    def _start(self, notices: list[Notice], tried: int = 0) -> None:
        if self._post is None or not notices:
            return
        task = asyncio.get_running_loop().create_task(self._tell(self._post, notices, tried))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _tell(self, post: Post, notices: list[Notice], tried: int) -> None:
        for notice in notices:
            status, accepted = await _try(post, notice)
            if len(self.tries) < MAX_RECORD:
                self.tries.append(Try(self._clock.now_ms(), notice.about, status, accepted))
            if not accepted and tried < len(self._gaps_s):
                self._again_later(notice, tried)

    def _again_later(self, notice: Notice, tried: int) -> None:
        self._timers.call_after(self._gaps_s[tried], lambda: self._start([notice], tried + 1))


async def _try(post: Post, notice: Notice) -> tuple[int | None, bool]:
    headers, body = notice.build()
    try:
        status, said = await post(notice.url, headers, body)
    except (aiohttp.ClientError, TimeoutError, ValueError):  # the notifier retries later where it cannot reach the merchant
        return None, False
    return status, notice.accepts(status, said)


def _over(session: aiohttp.ClientSession) -> Post:
    async def post(url: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        if URL(url).host not in LOOPBACK:
            raise ValueError("nothing is sent beyond the loopback address")
        async with session.post(url, data=body, headers=headers, allow_redirects=False) as answer:
            return answer.status, await answer.content.read(MAX_ANSWER_BYTES)

    return post
