"""Rounds that compute the credentials of all tickets for a site's keys in force (law 9). A job.

Laws: one ticket a transaction, so that a round never holds up a sale and goes on where it was interrupted; documents are hashed
outside of it; a key is handed out once the feed holds all that it finds, and removed when no agent with rights uses it.
"""

from dataclasses import replace

from central.audit import service as audit
from central.audit.rules.changes import changes_between
from central.catalog import holder_keys
from central.catalog import service as catalog
from central.catalog.holder_keys import HolderKeys, Round, Telling, Walk
from central.catalog.service import Catalog
from central.devices import agents
from central.issuing import credentials, outbox
from central.issuing.service import Issuing
from central.sales import holders
from central.store.sealed import FieldSeal
from central.store.unit_of_work import Store
from protocol.feed.records import CredentialKind
from protocol.identifiers import SiteId, TicketId
from protocol.instants import Instant

# A server that ends waits some seconds for a job that runs.
MOST_TICKETS_A_RUN = 300
_CARD = CredentialKind.ID_CARD


class HolderRehashing:
    """Goes on with the rounds of all sites."""

    def __init__(self, store: Store, shop: Catalog, issuing: Issuing, seal: FieldSeal) -> None:
        """Take the store, the services that keep the keys and change tickets, and the seal for holders."""
        self._store = store
        self._catalog = shop
        self._issuing = issuing
        self._seal = seal

    async def go_on(self, now: Instant, most: int = MOST_TICKETS_A_RUN) -> None:
        """Remove the keys that no agent needs, and go on with each site's round by so many tickets."""
        async with self._store.reading() as work:
            sites = [one.site_id for one in await catalog.sites(work)]
        for site_id in sites:
            await self._drop_unused(site_id, now)
            async with self._store.reading() as work:
                held = await self._catalog.holder_keys(work, site_id)
            match held.round:
                case Walk(past):
                    await self._walk(site_id, held, past, most, now)
                case Telling(change_id):
                    await self._settle(site_id, held, change_id, now)

    async def _drop_unused(self, site_id: SiteId, now: Instant) -> None:
        async with self._store.reading() as work:
            if len((await self._catalog.holder_keys(work, site_id)).keys) == 1:
                return
        async with self._store.transaction() as work:
            held = await self._catalog.holder_keys_locked(work, site_id)
            kept = holder_keys.without_unused(held, await agents.holder_generations(work, site_id))
            if kept != held:
                await self._catalog.save_holder_keys(work, site_id, kept)
                changes = changes_between({"keys": len(held.keys)}, {"keys": len(kept.keys)})
                audit.record(work, now, audit.SYSTEM, "holder-key.drop", f"site:{site_id}", changes=changes)

    async def _walk(self, site_id: SiteId, held: HolderKeys, past: TicketId | None, most: int, now: Instant) -> None:
        async with self._store.reading() as work:
            tickets = await credentials.next_tickets(work, site_id, _CARD, past, most)
        for ticket_id in tickets:
            moved = await self._rehash(site_id, held, ticket_id, now)
            if moved is None:
                return
            held = moved
        if len(tickets) < most:
            await self._tell(site_id, held)

    async def _rehash(self, site_id: SiteId, held: HolderKeys, ticket_id: TicketId, now: Instant) -> HolderKeys | None:
        """Hash one ticket by the keys; return them with the round past it, or None where the keys have changed meanwhile."""
        async with self._store.reading() as work:
            documents = [one.document for one in await holders.read(work, self._seal, ticket_id)]
        hashed = await holders.hashed(documents, {site_id: held.secrets})
        keys = {key for one in hashed.hashes.values() for _, key in one}
        async with self._store.transaction() as work:
            if await self._catalog.holder_keys_locked(work, site_id) != held:
                return None
            await self._issuing.replace_credentials(work, ticket_id, site_id, _CARD, keys, now)
            moved = replace(held, round=Walk(ticket_id))
            await self._catalog.save_holder_keys(work, site_id, moved)
        return moved

    async def _tell(self, site_id: SiteId, held: HolderKeys) -> None:
        async with self._store.transaction() as work:
            if await self._catalog.holder_keys_locked(work, site_id) == held:
                telling: Round = Telling(await outbox.highest_of_site(work, site_id))
                await self._catalog.save_holder_keys(work, site_id, replace(held, round=telling))

    async def _settle(self, site_id: SiteId, held: HolderKeys, change_id: int, now: Instant) -> None:
        async with self._store.transaction() as work:
            if await self._catalog.holder_keys_locked(work, site_id) == held and await outbox.is_told(work, site_id, change_id):
                await self._catalog.save_holder_keys(work, site_id, holder_keys.settled(held))
                audit.record(work, now, audit.SYSTEM, "holder-key.ready", f"site:{site_id}", in_force=len(held.keys))
