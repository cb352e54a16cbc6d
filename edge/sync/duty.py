"""Signs the agent off and opens it again: a closed agent admits no visitor, so no refund waits for it (law 6).

Laws: the cache is closed, durably, before the agent tells central; the agent opens only once central has answered, because from
then on refunds wait for it again. After any failure in between the agent stays closed. Sign-off and opening run one at a time: if
central heard of a sign-off after an opening, no refund would wait for an open agent.
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


class AgentDuty:
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
        """Close, upload all entries, and tell central. Raise PeerError where central fails: the agent stays closed; retry."""
        async with self._changing:
            await self._close(follower)
            await self._upload_all(client, ports)
            await client.sign_off(SignOffRequest(Duty.CLOSED, self._journal.signed_head()))

    async def open(self, client: CentralClient, follower: Follower) -> None:
        """Tell central, then admit again after the next download."""
        async with self._changing:
            await client.sign_off(SignOffRequest(Duty.OPEN, self._journal.signed_head()))
            self._store.save_signed_off(signed_off=False)
            follower.resume()

    async def close_revoked(self, follower: Follower) -> None:
        """Close at once, and again after a download that was under way; a restart stays closed."""
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
