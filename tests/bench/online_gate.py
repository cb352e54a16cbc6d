"""A gate's agent without devices, in this process: cache, journal, desk, following, uploading, as joined in `edge.assembly`."""

import asyncio
import random
import secrets
import time
from pathlib import Path

import aiohttp
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from edge.assembly import BUILT_AT
from edge.cache.cache import open_cache
from edge.cache.staging import Staging
from edge.central_client import Caller, CentralClient, enrol
from edge.gate.attempt import Answer
from edge.gate.desk import Desk, Sources
from edge.journal.journal import Journal, Owner
from edge.sync.download import Downloader
from edge.sync.follow import Follower, FollowPorts
from edge.sync.upload import Pace, Uploader, UploadPorts
from edge.trust.store import JournalMark, TrustStore
from edge.trust.timekeeper import Timekeeper
from protocol.feed.trust import TrustState, begin
from protocol.identifiers import AttemptId, BootId, CheckPointId, JournalId, TicketId
from protocol.sync.answers import Believer
from protocol.sync.messages import EnrolAnswer, EnrolRequest
from tests.bench.feed_server import computer_at

LOOK_EVERY_S = 0.002
LIMIT_S = 30.0


class OnlineGate:
    """One gate. `run` follows and uploads until cancelled."""

    def __init__(
        self, directory: Path, client: aiohttp.ClientSession, url: str, known: tuple[Ed25519PrivateKey, EnrolAnswer]
    ) -> None:
        private, answer = known
        directory.mkdir(parents=True)
        self._trust = TrustStore(directory / "trust.db")
        state = begin(answer.site, answer.keyring)
        self._trust.save_state(state)
        self.cache, _ = open_cache(directory / "cache.db", state)
        self._staging = Staging.open(directory / "cache.db")
        self._timekeeper = Timekeeper(self._trust, BUILT_AT, computer_at, _monotonic_ms)
        owner = Owner(
            answer.agent, answer.site, private, BootId(secrets.token_bytes(8)), lambda: JournalId(secrets.token_bytes(16))
        )
        self._journal = Journal.open(directory / "journal.db", owner, None, self._timekeeper.reading())

        def believer() -> Believer:
            return Believer(answer.agent, answer.site, self._state().keyring)

        self.client = CentralClient(
            client, url, Caller(answer.agent, private, believer, self._trust.reserve_requests, computer_at)
        )
        lock, pace = asyncio.Lock(), Pace(random.random, asyncio.sleep)
        self._downloader = Downloader(self.client, self.cache, self._staging, self._trust, lock)
        marks = UploadPorts(self._timekeeper.reading, lambda *mark: self._trust.save_journal_mark(JournalMark(*mark)))
        self._uploader = Uploader(self._journal, self.client, marks, pace)
        ports = FollowPorts(self._timekeeper, lambda event: self.desk.note(self.point, event), secrets.token_bytes, pace)
        self._follower = Follower(self.client, self._downloader, self.cache, ports)
        self.point = CheckPointId(0)
        self.desk = Desk(
            Sources(
                agent=answer.agent,
                site=answer.site,
                cache=self.cache,
                journal=self._journal,
                trust=self._state,
                clock=self._timekeeper.reading,
                new_attempt=lambda: AttemptId(secrets.token_bytes(16)),
                feed_lock=lock,
                claim=self.client.claim,
                recorded=self._uploader.wake,
                damaged=self._follower.mend,
                exits=frozenset(),
            )
        )

    def _state(self) -> TrustState:
        return self._downloader.state

    async def run(self) -> None:
        """Follow and upload."""
        async with asyncio.TaskGroup() as tasks:
            for work in (self._follower.run_time(), self._follower.run_feed(), self._uploader.run()):
                tasks.create_task(work)

    async def show(self, code: str) -> Answer:
        """Show a code at the gate's check point."""
        return await self.desk.ask(self.desk.showing(self.point, code.encode()))

    async def until_status(self, ticket: TicketId, *, active: bool) -> None:
        """Wait until the cache holds the ticket, valid or not by `active`."""
        async with asyncio.timeout(LIMIT_S):
            while not self._holds(ticket, active=active):  # noqa: ASYNC110 - a cache has no event to wait for
                await asyncio.sleep(LOOK_EVERY_S)

    async def until_admitted_elsewhere(self, ticket: TicketId) -> None:
        """Wait until the signed admissions hold an entry."""
        async with asyncio.timeout(LIMIT_S):
            while not self.cache.events_of(ticket):  # noqa: ASYNC110 - as above
                await asyncio.sleep(LOOK_EVERY_S)

    def _holds(self, ticket: TicketId, *, active: bool) -> bool:
        if self.cache.feed is None:
            return False
        record = self.cache.record(ticket)
        return record is not None and (record.state == 0) == active

    def close(self) -> None:
        """Close the files."""
        self._journal.close()
        self.cache.close()
        self._staging.close()
        self._trust.close()


async def enrolled(session: aiohttp.ClientSession, url: str, code: str) -> tuple[Ed25519PrivateKey, EnrolAnswer]:
    """Enrol with a one-time code and a new key."""
    private = Ed25519PrivateKey.generate()
    return private, await enrol(session, url, EnrolRequest.make(private, code, "bench"))


def _monotonic_ms() -> int:
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000
