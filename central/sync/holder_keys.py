"""The handing over of a site's newest key for holders to its agents (law 9).

Laws: a key goes only to an agent that has rights in the transaction of the answer; the key that an agent says it has stored is
written down before the next key can be removed.
"""

from collections.abc import Callable

from central.catalog.service import Catalog
from central.devices import agents
from central.devices.guard import AgentGuard, AgentRevoked, Proven
from central.store.unit_of_work import Store
from central.sync import feed_store
from central.sync.ingest import Signers
from protocol.feed.faults import Role
from protocol.instants import Instant
from protocol.sync.answers import HolderKeyAnswer
from protocol.sync.messages import HolderKeyRequest


class HolderKeyHandover:
    """Hands keys over."""

    def __init__(self, store: Store, guard: AgentGuard, shop: Catalog, signers: Callable[[Instant], Signers]) -> None:
        """Take the store, the guard, the service that keeps the keys, and the signer of the answer."""
        self._store = store
        self._guard = guard
        self._catalog = shop
        self._signers = signers

    async def hand_over(self, proven: Proven, asked: HolderKeyRequest, now: Instant) -> bytes:
        """Note which key the agent uses, and return the sealed answer with the key that it should use."""
        agent = proven.agent
        async with self._store.transaction() as work:
            known = await self._guard.spend(work, proven, now)
            if known.is_revoked:
                raise AgentRevoked(known)
            await agents.note_holder_generation(work, agent.agent_id, asked.generation)
            held = await self._catalog.holder_keys_held(work, agent.site_id)
            manifest = await feed_store.newest(work, agent.site_id, Role.MANIFEST)
        return HolderKeyAnswer(
            agent=agent.agent_id,
            nonce=asked.nonce,
            generation=held.handed_out.generation,
            key=held.handed_out.key,
            is_only=len(held.keys) == 1 and held.round is None,
            epoch=0 if manifest is None else manifest.epoch,
            version=0 if manifest is None else manifest.version,
            signed_at=now,
        ).to_sealed(self._signers(now))
