"""Fetches the content that signed metadata names (hash lists, small tables, segments, buckets), where it is not here yet.

Laws: every answer has a limit, set before the request; only content with the signed hash is stored; a delta is tried first and
never trusted: where it does not lead to the signed roots, the buckets that differ are fetched instead.
"""

import asyncio
from dataclasses import dataclass
from typing import Protocol

from edge.cache.database import CacheTampered
from edge.cache.feed import Feed
from edge.cache.staging import Staging
from protocol.errors import InputError, PeerError
from protocol.feed import addresses
from protocol.feed.buckets import (
    LIST_BYTES,
    PACK_BUCKETS,
    PACK_HEADER_BYTES,
    BucketKind,
    decode_pack,
    digest,
    hash_at,
    inflate,
    with_hashes,
)
from protocol.feed.delta import MAX_DELTA_BYTES, Delta, apply_changes
from protocol.feed.faults import Kind, Role, UntrustedFeed
from protocol.feed.manifest import AdmissionsHead, Manifest, SegmentRef
from protocol.feed.records import CREDENTIAL_BYTES, TICKET_BYTES
from protocol.feed.segments import MAX_SEGMENT_BYTES, merged
from protocol.feed.trust import check_content

MAX_PACK_BYTES = 16 * 1024 * 1024
# A zlib stream is longer than its content by at most 5 bytes in 16 KiB, and its frame.
_STREAM_FRAME_BYTES = 1_024


class FeedMoved(PeerError):
    """Central no longer serves content that the head named; ask for the head again."""


class Fetch(Protocol):
    """Sends signed requests to central; the implementation bounds the time."""

    async def get(self, path: str, most_bytes: int) -> bytes | None:
        """Return the body, or None where central has none at that path.

        Raise PeerError where central is out of reach, fails, or sends more than `most_bytes`; no more than these are read.
        """
        ...


@dataclass(frozen=True, slots=True)
class FeedContent:
    """Brings content from central into the cache's file."""

    fetch: Fetch
    staging: Staging

    async def get(self, path: str, most: int) -> bytes:
        """Return what central serves at a path, at most so many bytes; raise FeedMoved where it serves nothing there."""
        data = await self.fetch.get(path, most)
        if data is None:
            raise FeedMoved(f"central has nothing at {path} any more; ask for the head again")
        return data

    async def bring_tables(self, manifest: Manifest) -> None:
        """Store the small tables that a manifest names."""
        for _, ref in manifest.tables:
            await self._bring(ref.sha256, ref.length, Role.MANIFEST)

    async def bring_tickets(self, manifest: Manifest, held: Feed | None) -> None:
        """Store the hash lists and buckets of a manifest, by the delta from the feed `held`, where there is one."""
        if held is not None:
            await self._try_delta(manifest, held)
        tickets_bytes = manifest.ticket_count * TICKET_BYTES
        await self._bring_buckets(BucketKind.TICKETS, manifest.tickets_root, tickets_bytes)
        credentials_bytes = manifest.credential_count * CREDENTIAL_BYTES
        await self._bring_buckets(BucketKind.CREDENTIALS, manifest.credentials_root, credentials_bytes)

    async def bring_events(self, head: AdmissionsHead, held: Feed | None) -> None:
        """Store the segments and the base of an admissions head; compute a segment that merges stored ones."""
        for ref in head.segments:
            if ref.length > MAX_SEGMENT_BYTES:
                raise UntrustedFeed(Kind.ENDLESS_DATA, Role.ADMISSIONS, f"a segment of {ref.length} bytes is named")
        if held is not None:
            await asyncio.to_thread(self._merge_held, head, held)
        for ref in head.segments:
            await self._bring(ref.sha256, ref.length, Role.ADMISSIONS)
        if head.base is not None:
            await self._bring_buckets(BucketKind.EVENTS, head.base.root, head.base.length)

    async def _bring(self, sha256: bytes, length: int, role: Role) -> bytes:
        data = await asyncio.to_thread(self.staging.content, sha256)
        if data is None:
            stream = await self.get(addresses.content(sha256), most_bytes(length))
            data = inflate(stream, length, role)
            check_content(role, data, sha256, length)
            await asyncio.to_thread(self.staging.put, {}, (data,))
        return data

    async def _bring_buckets(self, kind: BucketKind, root: bytes, total_bytes: int) -> None:
        hashes = await self._bring(root, LIST_BYTES, kind.role)
        stock = await asyncio.to_thread(self.staging.stock, kind, hashes)
        most = min(total_bytes, MAX_PACK_BYTES)
        for start in range(0, len(stock.missing), PACK_BUCKETS):
            wanted = stock.missing[start : start + PACK_BUCKETS]
            path = addresses.buckets(kind, root, wanted)
            pack = await self.get(path, most_bytes(most + PACK_HEADER_BYTES * PACK_BUCKETS))
            expected = {number: hash_at(hashes, number) for number in wanted}
            await asyncio.to_thread(self._store_pack, kind, pack, expected, most)
        if stock.missing:
            stock = await asyncio.to_thread(self.staging.stock, kind, hashes)
        if stock.total_bytes != total_bytes:
            message = f"{kind.value} are {stock.total_bytes} bytes, not {total_bytes} as signed"
            raise UntrustedFeed(Kind.TRUNCATION, kind.role, message)

    def _store_pack(self, kind: BucketKind, pack: bytes, expected: dict[int, bytes], most: int) -> None:
        blobs = decode_pack(pack, expected, most, kind.role)
        self.staging.put({(kind, number): blob for number, blob in blobs.items()})

    async def _try_delta(self, manifest: Manifest, held: Feed) -> None:
        before = held.manifest
        if before.epoch != manifest.epoch or before.version >= manifest.version:
            return
        same_roots = (before.tickets_root, before.credentials_root) == (manifest.tickets_root, manifest.credentials_root)
        if same_roots:
            return
        path = addresses.delta(manifest.epoch, before.version, manifest.version)
        data = await self.fetch.get(path, most_bytes(MAX_DELTA_BYTES))
        if data is None:
            return
        try:
            await asyncio.to_thread(self._apply_delta, data, manifest, held)
        except (InputError, UntrustedFeed, CacheTampered):
            return  # the buckets that differ are fetched instead, each by its own hash

    def _apply_delta(self, data: bytes, manifest: Manifest, held: Feed) -> None:
        delta = Delta.from_bytes(data)
        if (delta.from_version, delta.to_version) != (held.manifest.version, manifest.version):
            raise InputError("the delta is of other versions")
        blobs = apply_changes(delta.changes, lambda kind, at: self.staging.bucket(kind, at, hash_at(held.hashes[kind], at)))
        roots = {BucketKind.TICKETS: manifest.tickets_root, BucketKind.CREDENTIALS: manifest.credentials_root}
        lists: list[bytes] = []
        for kind, root in roots.items():
            changed = {number: digest(blob) for (of_kind, number), blob in blobs.items() if of_kind is kind}
            lists.append(with_hashes(held.hashes[kind], changed))
            if digest(lists[-1]) != root:
                raise UntrustedFeed(Kind.MIX_AND_MATCH, Role.MANIFEST, f"the delta does not lead to the signed {kind.value}")
        self.staging.put(blobs, lists)

    def _merge_held(self, head: AdmissionsHead, held: Feed) -> None:
        named = {ref.sha256 for ref in head.segments}
        gone = [(ref, data) for ref, data in zip(held.admissions.segments, held.segments, strict=True) if ref.sha256 not in named]
        if len(gone) > 1 and any(ref.count == _count(gone) for ref in head.segments):
            segment = merged(data for _, data in gone)
            if digest(segment) in named:
                self.staging.put({}, (segment,))


def most_bytes(length: int) -> int:
    """Return the longest length of a zlib stream for so many bytes."""
    return length + length // 1_024 + _STREAM_FRAME_BYTES


def _count(segments: list[tuple[SegmentRef, bytes]]) -> int:
    return sum(ref.count for ref, _ in segments)
