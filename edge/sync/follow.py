"""Following central: its time, and each new version of the feed as soon as it is announced.

Laws: the follower journals "feed version in force" after the switch, never before (law 6), and again at each start, because a
power cut may have lost the last such entry; each failure waits longer; one download runs at a time; content that was changed on
disk is fetched again as soon as a look-up finds it.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from edge.cache.cache import Cache
from edge.central_client import AgentRevoked, CentralClient
from edge.sync.download import Downloader, Moment
from edge.sync.upload import Pace
from edge.trust.timekeeper import Timekeeper
from protocol.errors import InputError, PeerError, UntrustedError
from protocol.journal.events import Alarm, Event, FeedInForce
from protocol.sync.messages import NONCE_BYTES

HEAD_WAIT_S = 25
TIME_EVERY_S = 300.0
UNTRUSTED_ALARM = "feed-untrusted"
MENDED_ALARM = "cache-mended"
UNREACHABLE = "unreachable"
ONLINE = "online"

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class FollowPorts:
    """What the follower needs. `note` writes into the journal; `random` returns so many random bytes."""

    timekeeper: Timekeeper
    note: Callable[[Event], None]
    random: Callable[[int], bytes]
    pace: Pace


class Follower:
    """Keeps the agent up to date. Lifetime: `run_feed`, `run_time` and `run_repair` are one task each."""

    def __init__(self, client: CentralClient, downloader: Downloader, cache: Cache, ports: FollowPorts) -> None:
        self._client = client
        self._downloader = downloader
        self._cache = cache
        self._ports = ports
        self._in_force: FeedInForce | None = None
        self._open = asyncio.Event()
        self._open.set()
        self._downloading = asyncio.Lock()
        self._damaged = asyncio.Event()
        self.central = "not asked yet"

    async def pause(self) -> None:
        """Stop following, for a sign-off; return once no download is under way."""
        self._open.clear()
        async with self._downloading:
            return

    def resume(self) -> None:
        """Follow again."""
        self._open.set()

    def mend(self) -> None:
        """Let `run_repair` fetch the content that was changed on disk."""
        self._damaged.set()

    def note_in_force(self) -> None:
        """Journal which feed decides from now on, where that has changed."""
        feed = self._cache.feed
        now = None if feed is None else FeedInForce(feed.manifest.epoch, feed.manifest.version)
        if now is not None and now != self._in_force:
            self._ports.note(now)
        self._in_force = now

    async def run_feed(self) -> None:
        """Follow the feed; ends only with AgentRevoked or a StorageError of our own files."""
        failures = 0
        while True:
            await self._open.wait()
            try:
                await self._refresh(wait_s=0 if failures else HEAD_WAIT_S)
            except AgentRevoked:
                raise
            except (UntrustedError, InputError) as error:
                self._ports.note(Alarm(UNTRUSTED_ALARM, str(error)))
                failures = await self._failed(failures, error)
            except PeerError as error:
                failures = await self._failed(failures, error)
            else:
                failures = 0
                self.central = ONLINE

    async def run_time(self) -> None:
        """Ask for the time at the start and every five minutes; ends only as `run_feed` does."""
        failures = 0
        while True:
            try:
                await self._ask_time()
            except AgentRevoked:
                raise
            except PeerError as error:
                failures = await self._failed(failures, error)
            else:
                failures = 0
                await self._ports.pace.sleep(TIME_EVERY_S)

    async def run_repair(self) -> None:
        """Mend the cache whenever it is found damaged; ends only as `run_feed` does."""
        failures = 0
        while True:
            await self._damaged.wait()
            await self._open.wait()
            self._damaged.clear()
            try:
                async with self._downloading:
                    mended = await self._downloader.repair()
            except AgentRevoked:
                raise
            except (PeerError, UntrustedError, InputError) as error:
                self._damaged.set()
                failures = await self._failed(failures, error)
            else:
                failures = 0
                self._ports.note(Alarm(MENDED_ALARM, f"{mended} buckets"))

    async def _refresh(self, wait_s: int) -> None:
        head = await self._downloader.poll(0 if self._cache.feed is None else wait_s)
        if not self._open.is_set():
            return
        async with self._downloading:
            reading = self._ports.timekeeper.reading()
            await self._downloader.refresh(head, Moment(reading.wall_at, reading.uncertainty_ms))
        self.note_in_force()

    async def _ask_time(self) -> None:
        asked_ms = self._ports.timekeeper.monotonic_ms()
        answer = await self._client.time(self._ports.random(NONCE_BYTES))
        step = self._ports.timekeeper.believe(answer.signed_at, self._ports.timekeeper.monotonic_ms() - asked_ms)
        if step is not None:
            self._ports.note(step)

    async def _failed(self, failures: int, error: Exception) -> int:
        self.central = UNREACHABLE
        _log.warning("central does not serve", failures=failures + 1, detail=str(error))
        await self._ports.pace.sleep_after(failures + 1)
        return failures + 1
