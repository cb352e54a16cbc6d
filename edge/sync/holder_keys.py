"""Follows the site's keys for holders (law 9): central makes a new one when an agent is lost.

Laws: the agent stores a key before it tells central so; it forgets an older key only when central uses the newest alone and the
feed in force finds every holder by it, so that no visitor who paid is refused meanwhile.
"""

from collections.abc import Callable

import structlog

from edge.cache.cache import Cache
from edge.central_client import AgentRevoked, CentralClient
from edge.sync.upload import Pace
from edge.trust.store import SiteKey, TrustStore
from protocol.errors import PeerError
from protocol.sync.messages import NONCE_BYTES, HolderKeyRequest

ASK_EVERY_S = 300.0
# More changes of the key than an agent misses; beyond that the oldest key is forgotten.
MOST_KEYS = 8

_log = structlog.get_logger()


class HolderKeyFollower:
    """Keeps the keys up to date. Lifetime: `run` is one task; cancel it to end."""

    def __init__(
        self, client: CentralClient, trust: TrustStore, cache: Cache, random: Callable[[int], bytes], pace: Pace
    ) -> None:
        """Take the client to central, the store of keys, the feed in force, and a source of nonces."""
        self._client = client
        self._trust = trust
        self._cache = cache
        self._random = random
        self._pace = pace

    async def run(self) -> None:
        """Ask at the start and every five minutes; ends only with AgentRevoked or a StorageError of our own files."""
        failures = 0
        while True:
            try:
                await self.ask()
            except AgentRevoked:
                raise
            except PeerError as error:
                failures += 1
                _log.warning("no key for holders", failures=failures, detail=str(error))
                await self._pace.sleep_after(failures)
            else:
                failures = 0
                await self._pace.sleep(ASK_EVERY_S)

    async def ask(self) -> None:
        """Tell central which key is stored, and store the one that central uses; raise PeerError where central fails."""
        keys = self._trust.holder_keys()
        stored = keys[0].generation if keys else 0
        answer = await self._client.holder_key(HolderKeyRequest(stored, self._random(NONCE_BYTES)))
        if answer.generation != stored:
            newest = SiteKey(answer.generation, answer.key, answer.epoch, answer.version)
            older = tuple(one for one in keys if one.key != newest.key)
            self._trust.save_holder_keys((newest, *older)[:MOST_KEYS])
        elif answer.is_only and len(keys) > 1 and self._finds_all_by(keys[0]):
            self._trust.save_holder_keys(keys[:1])

    def _finds_all_by(self, key: SiteKey) -> bool:
        feed = self._cache.feed
        return feed is not None and (feed.manifest.epoch, feed.manifest.version) >= (key.epoch, key.version)
