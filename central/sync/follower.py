"""A process that does not publish: it serves what the leader has published, and tells the leader when something waits.

Laws: a head is announced with the hash lists that it leads to, read from committed rows, so that announced content can be served;
it tells the leader at most once in `GATHER_S`, outside the transactions that make work.
"""

import asyncio

from central.catalog import service as catalog
from central.keys.signing_keys import KeyRack
from central.store.channel import Channel, Message
from central.store.unit_of_work import Store, Work
from central.sync import feed_store
from central.sync.feed_store import Sealed
from central.sync.heads import CurrentHead, Heads
from central.sync.published_feed import RecentLists
from central.sync.publisher import GATHER_S
from protocol.feed.buckets import BucketKind, digest
from protocol.feed.faults import Role
from protocol.feed.manifest import AdmissionsHead, FeedHead, Manifest, Timestamp
from protocol.identifiers import SiteId
from protocol.signatures import Envelope

MOST_READINGS = 3


class Follower:
    """Follows all sites' feeds. Lifetime: `wait` and `work` take turns in a loop."""

    def __init__(self, store: Store, keys: KeyRack, channel: Channel, heads: Heads, lists: RecentLists) -> None:
        """Take the store, the keyring to announce, the channel to the leader, and what is shared with the code that serves."""
        self._store = store
        self._keys = keys
        self._channel = channel
        self._heads = heads
        self._lists = lists
        self._news = asyncio.Event()

    def wake(self) -> None:
        """Wake the loop: the leader has published."""
        self._news.set()

    async def wait(self) -> None:
        """Wait for news; several messages within a short time are read at once."""
        await self._news.wait()

    async def work(self) -> None:
        """Announce what the leader has published."""
        self._news.clear()
        self._keys.reload()
        async with self._store.reading() as work:
            sites = [site.site_id for site in await catalog.sites(work)]
        for site_id in sites:
            await self._follow(site_id)

    async def pass_on(self) -> None:
        """Tell the leader that something waits to be published."""
        async with self._store.transaction() as work:
            await self._channel.tell(work, Message.WORK)
        await asyncio.sleep(GATHER_S)

    async def _follow(self, site_id: SiteId) -> None:
        newest = await self._newest(site_id)
        if newest is None:
            return
        data = FeedHead(self._keys.keyring.epoch, self._keys.keyring.version, newest.envelope).to_bytes()
        known = self._heads.get(site_id)
        if known is None or known.data != data:
            self._heads.announce(site_id, CurrentHead(newest.version, data))

    async def _newest(self, site_id: SiteId) -> Sealed | None:
        newest: Sealed | None = None
        # If the leader publishes while this reads, new lists replace those that are being read: then the newer ones are read.
        for _ in range(MOST_READINGS):
            async with self._store.reading() as work:
                newest = await feed_store.newest(work, site_id, Role.TIMESTAMP)
                if newest is None or await self._read_lists(work, site_id, newest.envelope):
                    break
        return newest

    async def _read_lists(self, work: Work, site_id: SiteId, envelope: bytes) -> bool:
        """Read the hash lists that a timestamp leads to; return whether all of them still exist."""
        timestamp = Timestamp.from_payload(Envelope.from_bytes(envelope).payload)
        manifest = await feed_store.envelope(work, site_id, Role.MANIFEST, timestamp.epoch, timestamp.manifest.version)
        admissions = await feed_store.envelope(work, site_id, Role.ADMISSIONS, timestamp.epoch, timestamp.admissions.version)
        if manifest is None or admissions is None:
            return False
        named = Manifest.from_payload(Envelope.from_bytes(manifest).payload)
        base = AdmissionsHead.from_payload(Envelope.from_bytes(admissions).payload).base
        roots = {BucketKind.TICKETS: named.tickets_root, BucketKind.CREDENTIALS: named.credentials_root}
        if base is not None:
            roots[BucketKind.EVENTS] = base.root
        found = [await self._read_list(work, site_id, kind, root) for kind, root in roots.items()]
        return all(found)

    async def _read_list(self, work: Work, site_id: SiteId, kind: BucketKind, root: bytes) -> bool:
        if self._lists.find(root) is not None:
            return True
        hashes = await feed_store.hash_list(work, site_id, kind)
        self._lists.note(kind, hashes)
        return digest(hashes) == root
