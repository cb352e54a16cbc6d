"""Serving the feed: all content that signed metadata names, from the rows that were published.

Laws: only content that was inserted as published is served (law 3); for content that is gone the answer says so, and the gate
asks for the head again.
"""

import asyncio
from collections.abc import Sequence

from central.keys.signing_keys import KeyRack
from central.store.unit_of_work import Store
from central.sync import feed_store
from central.sync.published_feed import RecentLists
from protocol.feed.buckets import BucketKind, deflate, digest, encode_pack, hash_at
from protocol.feed.delta import MAX_DELTA_BYTES, Changes, Delta
from protocol.feed.faults import Role
from protocol.identifiers import SiteId

# For more steps than this, the buckets that differ are less to download.
MOST_STEPS = 64


class FeedServing:
    """Reads what was published."""

    def __init__(self, store: Store, keys: KeyRack, lists: RecentLists) -> None:
        """Take the store, the keyrings, and the hash lists that the publisher notes."""
        self._store = store
        self._keys = keys
        self._lists = lists

    def next_keyring(self, epoch: int, version: int) -> bytes | None:
        """Return the first sealed keyring above an edition."""
        later = (one for one in self._keys.envelopes() if one[:2] > (epoch, version))
        return next((envelope for _, _, envelope in later), None)

    async def envelope(self, site_id: SiteId, role: Role, epoch: int, version: int) -> bytes | None:
        """Return a sealed manifest or admissions head."""
        async with self._store.reading() as work:
            return await feed_store.envelope(work, site_id, role, epoch, version)

    async def delta(self, site_id: SiteId, epoch: int, from_version: int, to_version: int) -> bytes | None:
        """Return the changes between two versions, or None where they are not stored, too many or too long."""
        if not 0 < to_version - from_version <= MOST_STEPS:
            return None
        async with self._store.reading() as work:
            steps = await feed_store.deltas(work, site_id, epoch, from_version + 1, to_version)
        if len(steps) != to_version - from_version:
            return None
        if len(steps) == 1:
            return steps[0]
        return await asyncio.to_thread(_joined, steps, from_version, to_version)

    async def content(self, site_id: SiteId, sha256: bytes) -> bytes | None:
        """Return a hash list, small table or segment, deflated."""
        found = self._lists.find(sha256)
        if found is None:
            async with self._store.reading() as work:
                found = await feed_store.content(work, site_id, sha256)
        return None if found is None else await asyncio.to_thread(deflate, found)

    async def buckets(self, site_id: SiteId, kind: BucketKind, root: bytes, numbers: Sequence[int]) -> bytes | None:
        """Return a pack of buckets of the list with that root, or None where one of them no longer belongs to that list."""
        hashes = self._lists.find(root)
        if hashes is None:
            return None
        async with self._store.reading() as work:
            blobs = await feed_store.buckets(work, site_id, kind, numbers)
        if any(digest(blob) != hash_at(hashes, number) for number, blob in blobs.items()):
            return None
        return await asyncio.to_thread(encode_pack, list(blobs.values()))


def _joined(steps: Sequence[bytes], from_version: int, to_version: int) -> bytes | None:
    tickets: dict[bytes, bytes | None] = {}
    credentials: dict[bytes, bytes | None] = {}
    for step in steps:
        told = Delta.from_bytes(step).changes
        tickets.update(told.tickets)
        credentials.update(told.credentials)
    joined = Delta(from_version, to_version, Changes(tickets, credentials)).to_bytes()
    return joined if len(joined) <= MAX_DELTA_BYTES else None
