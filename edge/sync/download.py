"""Downloads the feed: head, keyrings, timestamp, manifest and admissions head, then only the content that is not here yet.

The downloader verifies fetched content, then stores it beside the content in force; a broken download goes on where it stopped.
Then comes one switch, under the lock that the desk holds while it commits an intent (law 6). A refusal changes nothing.
Order of writing, so that a gate still starts after a power cut at any point: a new keyring to the trust store; the switch in the
cache; the rest to the trust store (a cache may be ahead of it, never behind).
Laws: the downloader believes only what `protocol.feed.trust` believes (laws 3 and 4); one download runs at a time.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace

from edge.cache.cache import Cache
from edge.cache.feed import Feed, build_feed
from edge.cache.staging import Staging
from edge.sync.feed_content import FeedContent, FeedMoved, Fetch
from edge.trust.store import TrustStore
from protocol.feed import addresses
from protocol.feed.buckets import digest
from protocol.feed.faults import Kind, Role, UntrustedFeed
from protocol.feed.manifest import MAX_HEAD_BYTES, AdmissionsHead, FeedHead, Manifest, Ref, Timestamp
from protocol.feed.trust import (
    TrustState,
    believe_admissions,
    believe_keyring,
    believe_manifest,
    believe_timestamp,
    recall_admissions,
    recall_manifest,
)
from protocol.instants import Instant
from protocol.keyring import MAX_BYTES as MAX_KEYRING_BYTES

MAX_KEYRINGS = 64  # the most rotations of the keyring in one download


@dataclass(frozen=True, slots=True)
class Moment:
    """The agent's clock, and how wrong it may be."""

    now: Instant
    uncertainty_ms: int


@dataclass(frozen=True, slots=True)
class Refreshed:
    """The result of a download: the timestamp that is believed now, and whether another feed is in force."""

    timestamp: Timestamp
    switched: bool


class Downloader:
    """Follows central's feed for one agent."""

    def __init__(self, fetch: Fetch, cache: Cache, staging: Staging, trust: TrustStore, switch_lock: asyncio.Lock) -> None:
        """Take over the state in `trust`; lanes commit intents under `switch_lock`."""
        state = trust.state()
        assert state is not None, "an agent is enrolled before it downloads"
        self._state = state
        self._fetch = fetch
        self._cache = cache
        self._staging = staging
        self._trust = trust
        self._switch_lock = switch_lock
        self._content = FeedContent(fetch, staging)

    @property
    def state(self) -> TrustState:
        """The state believed now: the keyring that proves tickets, and how fresh the feed is."""
        return self._state

    async def poll(self, wait_s: int) -> bytes:
        """Return the head as soon as its timestamp is newer than the believed one, or after `wait_s` seconds at most."""
        believed = self._state.timestamp
        head = await self._fetch.get(addresses.head(0 if believed is None else believed.version, wait_s), MAX_HEAD_BYTES)
        if head is None:
            raise FeedMoved("central publishes no feed for this site yet")
        return head

    async def refresh(self, head_bytes: bytes, moment: Moment) -> Refreshed:
        """Download the feed that a head names and put it in force.

        Raise UntrustedFeed or InputError where it is not to be believed, PeerError where central fails, StorageError where a file
        fails; then the old feed stays in force.
        """
        if len(head_bytes) > MAX_HEAD_BYTES:
            raise UntrustedFeed(Kind.ENDLESS_DATA, Role.TIMESTAMP, f"a head of {len(head_bytes)} bytes came")
        head = FeedHead.from_bytes(head_bytes)
        state = await self._follow_keyrings(head)
        state, timestamp = believe_timestamp(state, head.timestamp, moment.now, moment.uncertainty_ms)
        held = self._cache.feed
        state, manifest, manifest_envelope = await self._bring_manifest(state, timestamp, held)
        state, admissions, admissions_envelope = await self._bring_admissions(state, timestamp, held)
        envelopes = manifest_envelope, admissions_envelope
        if held is not None and held.envelopes == envelopes:
            self._believe(state)
            return Refreshed(timestamp, switched=False)
        await self._switch(state, await asyncio.to_thread(self._build, manifest, admissions, envelopes))
        return Refreshed(timestamp, switched=True)

    async def repair(self) -> int:
        """Fetch the missing and changed parts of the feed in force, and return how many buckets were changed on disk."""
        feed = self._cache.feed
        if feed is None:
            return 0
        damaged = await asyncio.to_thread(self._staging.discard_damaged)
        await self._content.bring_tickets(feed.manifest, None)
        await self._content.bring_events(feed.admissions, None)
        return damaged

    async def _follow_keyrings(self, head: FeedHead) -> TrustState:
        state = self._state
        for _ in range(MAX_KEYRINGS):
            if state.root.edition >= (head.keyring_epoch, head.keyring_version):
                break
            data = await self._fetch.get(addresses.next_keyring(*state.root.edition), MAX_KEYRING_BYTES)
            if data is None:
                break
            state = believe_keyring(state, data)
        return state

    async def _bring_manifest(
        self, state: TrustState, timestamp: Timestamp, held: Feed | None
    ) -> tuple[TrustState, Manifest, bytes]:
        at_hand = None if held is None else held.envelopes[0]
        data, is_new = await self._envelope(addresses.manifest, timestamp.epoch, timestamp.manifest, at_hand)
        if not is_new:
            return *recall_manifest(state, data), data
        state, manifest = believe_manifest(state, timestamp, data)
        await self._content.bring_tables(manifest)
        await self._content.bring_tickets(manifest, held)
        return state, manifest, data

    async def _bring_admissions(
        self, state: TrustState, timestamp: Timestamp, held: Feed | None
    ) -> tuple[TrustState, AdmissionsHead, bytes]:
        at_hand = None if held is None else held.envelopes[1]
        data, is_new = await self._envelope(addresses.admissions, timestamp.epoch, timestamp.admissions, at_hand)
        if not is_new:
            return *recall_admissions(state, data), data
        state, head = believe_admissions(state, timestamp, data)
        await self._content.bring_events(head, held)
        return state, head, data

    async def _envelope(
        self, address: Callable[[int, int], str], epoch: int, ref: Ref, at_hand: bytes | None
    ) -> tuple[bytes, bool]:
        """Return the envelope that a timestamp names, and whether it is another one than that at hand."""
        if at_hand is not None and len(at_hand) == ref.length and digest(at_hand) == ref.sha256:
            return at_hand, False
        return await self._content.get(address(epoch, ref.version), ref.length), True

    def _build(self, manifest: Manifest, admissions: AdmissionsHead, envelopes: tuple[bytes, bytes]) -> Feed:
        return build_feed(manifest, admissions, envelopes, lambda sha256: self._staging.content(sha256) or b"")

    async def _switch(self, state: TrustState, feed: Feed) -> None:
        if state.root != self._state.root:
            self._believe(replace(self._state, keyring_envelope=state.keyring_envelope, keyring=state.keyring, root=state.root))
        async with self._switch_lock:
            await asyncio.to_thread(self._staging.switch, feed)
            self._cache.adopt(feed)
        self._believe(state)
        await asyncio.to_thread(self._staging.sweep, feed)

    def _believe(self, state: TrustState) -> None:
        if state != self._state:
            self._trust.save_state(state)
            self._state = state
