"""Signing off at the end of a shift, and opening again: a closed agent admits nobody, so that no refund waits for it (law 6).

Laws: the cache is closed and that is durable before central is told; the agent opens only once central has answered, because from
then on refunds wait for it again. Whatever fails in between leaves the agent closed. One of both at a time: a sign-off that
were told after an opening would leave an open agent that no refund waits for.
"""

import asyncio

from edge.cache.cache import Cache
from edge.central_client import CentralClient
from edge.journal.journal import Journal
from edge.sync.follow import Follower
from edge.sync.upload import Step, UploadPorts, upload_once
from edge.trust.store import TrustStore
from protocol.errors import PeerError
from protocol.sync.messages import Duty, SignOffRequest

MAX_BATCHES = 10_000


class Shift:
    """The agent's duty. `feed_lock` is the one under which intents are committed."""

    def __init__(self, store: TrustStore, cache: Cache, journal: Journal, feed_lock: asyncio.Lock) -> None:
        self._store = store
        self._cache = cache
        self._journal = journal
        self._feed_lock = feed_lock
        self._changing = asyncio.Lock()

    @property
    def duty(self) -> Duty:
        """Whether the agent admits."""
        return Duty.CLOSED if self._store.is_signed_off() else Duty.OPEN

    async def sign_off(self, client: CentralClient, follower: Follower, ports: UploadPorts) -> None:
        """Close, upload all, and tell central. PeerError where central fails: the agent stays closed, ask again."""
        async with self._changing:
            await self._close(follower)
            await self._upload_all(client, ports)
            await client.sign_off(SignOffRequest(Duty.CLOSED, self._journal.signed_head()))

    async def open(self, client: CentralClient, follower: Follower) -> None:
        """Tell central, then admit again with the next download."""
        async with self._changing:
            await client.sign_off(SignOffRequest(Duty.OPEN, self._journal.signed_head()))
            self._store.save_signed_off(signed_off=False)
            follower.resume()

    async def close_revoked(self, follower: Follower) -> None:
        """Close at once, and again once a download that was under way has ended; a restart stays closed."""
        await self._shut()
        await self._close(follower)

    async def _close(self, follower: Follower) -> None:
        await follower.pause()
        await self._shut()

    async def _shut(self) -> None:
        async with self._feed_lock:
            self._cache.adopt(None)
            self._store.save_signed_off(signed_off=True)

    async def _upload_all(self, client: CentralClient, ports: UploadPorts) -> None:
        for _ in range(MAX_BATCHES):
            if await upload_once(self._journal, client, ports) is Step.NOTHING:
                return
        raise PeerError("the journal does not come to an end; look at central's alarms for this agent")
