"""Publishing: what has changed in central becomes signed versions of each site's feed.

One transaction a publication: it takes what waits in the outboxes, inserts the signed metadata under its unique key and the
content that it names, and stores in the outboxes which version told it. After the commit the head is announced, and the other
processes hear of it.
Laws: a version gets its number after the changes have committed; a version is never given twice (law 3): of two processes that
try, one fails at the unique key and reads again; only what is on the disk is announced.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from central.admissions import events
from central.catalog import service as catalog
from central.devices import check_points
from central.devices.rules.enrolment import Edition as ToldEdition
from central.issuing import feed_rows, outbox
from central.issuing.feed_version import FeedVersion
from central.keys.signing_keys import KeyRack
from central.store.settings_version import version as read_version
from central.store.unit_of_work import Store, Work
from central.sync import admissions_publication, feed_store, feed_tables
from central.sync.feed_store import Sealed
from central.sync.feed_tables import Tables
from central.sync.heads import CurrentHead, Heads
from central.sync.published_feed import RecentLists, SiteFeed, load, ref_of
from central.sync.rebuild import dated, rebuild, scope_of
from central.sync.rules import publication
from central.sync.rules.publication import Edition, Stand
from protocol.admission.tables import TICKET_TYPES
from protocol.errors import StorageError
from protocol.feed.buckets import BucketKind
from protocol.feed.delta import BucketId, Changes, changes
from protocol.feed.faults import Role
from protocol.feed.manifest import AdmissionsHead, FeedHead, Manifest, Timestamp
from protocol.identifiers import SiteId
from protocol.instants import MS_PER_MINUTE, Clock, Instant, plus
from protocol.keyring import Purpose
from protocol.signatures import seal

# Up to so many changed tickets travel as a delta; with more, the site's feed is made again from the start.
MOST_CHANGES = 10_000
# Several changes within this time share a version.
GATHER_S = 0.05
REST_FACTOR = 3
MOST_REST_S = 0.3
RETRY_S = 1.0
TIMESTAMPS_KEPT = 200
MANIFESTS_KEPT = 200
DELTAS_KEPT = 200
CONTENT_KEPT_MS = 2 * 24 * 60 * MS_PER_MINUTE

_PURPOSES = {
    Role.TIMESTAMP: Purpose.TIMESTAMP,
    Role.MANIFEST: Purpose.MANIFEST,
    Role.ADMISSIONS: Purpose.ADMISSIONS,
}


@dataclass(frozen=True, slots=True)
class Served:
    """What the code that serves the feed shares with the publisher, and what a publication wakes.

    `fence_moved` is woken when gates were told of changes; `tell_processes` tells the other processes once it commits.
    """

    heads: Heads
    lists: RecentLists
    fence_moved: Callable[[], None]
    tell_processes: Callable[[Work], Awaitable[None]]


@dataclass(slots=True)
class _Step:
    """One publication that is being made."""

    work: Work
    site_id: SiteId
    now: Instant
    feed: SiteFeed
    newest: bytes | None
    must_renew: bool


class Publisher:
    """Publishes all sites' feeds. Lifetime: `wait` and `work` take turns in a loop; other calls may come in between."""

    def __init__(self, store: Store, keys: KeyRack, clock: Clock, served: Served) -> None:
        """Take the store, the keys to sign with, the clock, and where heads are announced."""
        self._store = store
        self._keys = keys
        self._clock = clock
        self._served = served
        self._work = asyncio.Event()
        self._rest_s = 0.0
        self._one_at_a_time = asyncio.Lock()
        self._feeds: dict[SiteId, SiteFeed] = {}
        self._tables_read: dict[SiteId, int] = {}

    def wake(self) -> None:
        """Wake the loop: something waits to be published."""
        self._work.set()

    async def wait(self) -> None:
        """Wait for work, after a rest.

        Publishing takes half of the time at most; a quarter where no request waits long for it.
        """
        await asyncio.sleep(self._rest_s)
        await self._work.wait()
        self._work.clear()

    async def work(self) -> None:
        """Publish what waits; StorageError where the database fails, after which the loop tries again."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        try:
            await self.publish_all()
        except StorageError:
            self._work.set()
            self._rest_s = RETRY_S
            raise
        took_s = loop.time() - began
        self._rest_s = max(GATHER_S, took_s, min(REST_FACTOR * took_s, MOST_REST_S))

    async def publish_all(self, *, sign_again: bool = False) -> None:
        """Publish all that waits, of all sites; with `sign_again` every timestamp is signed again, changed or not."""
        self._keys.reload()
        async with self._store.reading() as work:
            sites = [site.site_id for site in await catalog.sites(work)]
        for site_id in sites:
            await self.publish(site_id, sign_again=sign_again)

    async def publish(self, site_id: SiteId, *, sign_again: bool = False) -> None:
        """Publish all that waits of one site."""
        async with self._one_at_a_time:
            try:
                feed = await self._publish(site_id, sign_again=sign_again)
            except StorageError:
                self._feeds.pop(site_id, None)
                self._tables_read.pop(site_id, None)
                raise
            self._feeds[site_id] = feed

    async def rebuild(self, site_id: SiteId) -> None:
        """Make a site's feed again from the start and publish it."""
        async with self._one_at_a_time:
            self._feeds.pop(site_id, None)
            self._feeds[site_id] = await self._rebuilt(site_id)

    async def roll_up(self, site_id: SiteId) -> None:
        """Roll all segments of events up into the base, without those of tickets that ended long ago."""
        async with self._one_at_a_time:
            now = self._clock()
            async with self._store.transaction() as work:
                step = await self._begin(work, site_id, now)
                rolled = await admissions_publication.rolled_up(work, site_id, step.feed, now)
                if rolled is None:
                    return
                await self._add_admissions(step, rolled)
                timestamp = await self._timestamp(step)
                feed = step.feed
            self._feeds[site_id] = self._announce(feed, timestamp)

    async def tidy_all(self) -> None:
        """Roll events up, remove ended tickets, and delete content that is no longer named; daily."""
        async with self._store.reading() as work:
            sites = [site.site_id for site in await catalog.sites(work)]
        for site_id in sites:
            await self.roll_up(site_id)
            await self.rebuild(site_id)
            await self._drop_unused(site_id)

    async def _drop_unused(self, site_id: SiteId) -> None:
        feed = self._feeds[site_id]
        used = [ref.sha256 for _, ref in feed.edition.manifest.tables] + [ref.sha256 for ref in feed.admissions.segments]
        async with self._store.transaction() as work:
            await feed_store.drop_unused_content(work, site_id, used, self._clock(), CONTENT_KEPT_MS)

    async def _publish(self, site_id: SiteId, *, sign_again: bool) -> SiteFeed:
        now = self._clock()
        async with self._store.transaction() as work:
            step = await self._begin(work, site_id, now)
            waiting = await outbox.unpublished(work, site_id, MOST_CHANGES + 1)
            is_great = len(waiting) > MOST_CHANGES or not step.feed.is_whole
            timestamp = None if is_great else await self._advance(step, waiting, sign_again=sign_again)
        if is_great:
            return await self._rebuilt(site_id)
        assert timestamp is not None or step.newest is not None, "a site without timestamp gets one"
        return self._announce(step.feed, step.newest or b"" if timestamp is None else timestamp)

    async def _advance(self, step: _Step, waiting: tuple[outbox.Change, ...], *, sign_again: bool) -> bytes | None:
        """Publish within the step's transaction; return the new timestamp's envelope, or None where nothing changes."""
        changed = await self._manifest(step, waiting)
        changed = await self._events(step) or changed
        return await self._timestamp(step) if changed or sign_again or step.feed.timestamp is None else None

    async def _begin(self, work: Work, site_id: SiteId, now: Instant) -> _Step:
        """Read where the feed stands; what another process published meanwhile counts."""
        held = self._feeds.get(site_id)
        newest = await feed_store.newest(work, site_id, Role.TIMESTAMP)
        if held is None or _edition_of(held) != (None if newest is None else (newest.epoch, newest.version)):
            held = await load(work, site_id, self._keys.keyring.epoch)
        named = None if held.timestamp is None else held.timestamp.keyring.version
        envelope = None if newest is None else newest.envelope
        return _Step(work, site_id, now, held, envelope, must_renew=named != self._keys.keyring.version)

    async def _manifest(self, step: _Step, waiting: tuple[outbox.Change, ...]) -> bool:
        previous = self._in_epoch(step.feed.edition)
        tables = await self._changed_tables(step)
        refs = previous.manifest.tables if tables is None else publication.table_refs(tables.by_name)
        if not (waiting or step.must_renew or refs != previous.manifest.tables):
            if tables is not None:
                await _mark_told(step, tables, previous.manifest)
            return False
        told = await _changes(step, waiting)
        old: dict[BucketId, bytes] = {}
        for kind in (BucketKind.TICKETS, BucketKind.CREDENTIALS):
            numbers = [number for of_kind, number in publication.touched(told) if of_kind is kind]
            found = await feed_store.buckets(step.work, step.site_id, kind, numbers)
            old |= {(kind, number): blob for number, blob in found.items()}
        sequence = max([previous.manifest.change_sequence, *(change.change_id for change in waiting)])
        stand = Stand(sequence, step.now)
        made = await asyncio.to_thread(publication.publish, previous, told, old, refs, stand)
        await feed_store.put_buckets(step.work, step.site_id, made.buckets)
        if made.delta.from_version > 0:
            delta = made.delta.to_bytes()
            await feed_store.put_delta(step.work, step.site_id, made.edition.manifest.epoch, made.delta.to_version, delta)
        version = FeedVersion(made.edition.manifest.epoch, made.edition.manifest.version)
        await outbox.mark_published(step.work, [change.change_id for change in waiting], version)
        await self._add_manifest(step, made.edition, tables)
        return True

    async def _changed_tables(self, step: _Step) -> Tables | None:
        """Return the small tables where one may have changed since they were last read."""
        # Read before the tables, so that a change which commits meanwhile is read the next time.
        version = await read_version(await step.work.session.connection())
        if self._tables_read.get(step.site_id) == version:
            return None
        self._tables_read[step.site_id] = version
        return await feed_tables.read(step.work, step.site_id)

    async def _events(self, step: _Step) -> bool:
        made = await admissions_publication.next_head(step.work, step.site_id, step.feed, self._keys.keyring.epoch, step.now)
        if made is None and not step.must_renew and step.feed.admissions_ref is not None:
            return False
        made = made or admissions_publication.renewed(step.feed, self._keys.keyring.epoch, step.now)
        await self._add_admissions(step, made)
        return True

    async def _rebuilt(self, site_id: SiteId) -> SiteFeed:
        now = self._clock()
        async with self._store.transaction() as work:
            scope = scope_of(site_id, (await feed_tables.read(work, site_id)).by_name, now)
        built = await rebuild(self._store, scope, self._keys.keyring.epoch)
        async with self._store.transaction() as work:
            step = await self._begin(work, site_id, now)
            tables = await feed_tables.read(work, site_id)
            version = self._in_epoch(step.feed.edition).manifest.version + 1
            edition = dated(built, version, publication.table_refs(tables.by_name), now)
            await outbox.mark_set_aside(work, site_id, FeedVersion(edition.manifest.epoch, version))
            await self._add_manifest(step, edition, tables)
            await self._events(step)
            timestamp = await self._timestamp(step)
        return self._announce(step.feed, timestamp)

    def _in_epoch(self, edition: Edition) -> Edition:
        epoch = self._keys.keyring.epoch
        return publication.raised(edition, epoch) if edition.manifest.epoch < epoch else edition

    async def _add_manifest(self, step: _Step, edition: Edition, tables: Tables | None) -> None:
        manifest = edition.manifest
        envelope = await self._add(step, Role.MANIFEST, manifest)
        # Only what was read in this transaction is known to be in the manifest.
        if tables is not None:
            await feed_store.put_content(step.work, step.site_id, tables.by_name.values(), step.now)
            await _mark_told(step, tables, manifest)
        await feed_store.forget_metadata(
            step.work, step.site_id, Role.MANIFEST, manifest.epoch, manifest.version - MANIFESTS_KEPT
        )
        await feed_store.forget_deltas(step.work, step.site_id, manifest.epoch, manifest.version - DELTAS_KEPT)
        step.work.after_commit(self._served.fence_moved)
        step.feed = replace(step.feed, edition=edition, manifest=ref_of(manifest.version, envelope), is_whole=True)

    async def _add_admissions(self, step: _Step, made: admissions_publication.NextHead) -> None:
        head = made.head
        envelope = await self._add(step, Role.ADMISSIONS, head)
        await feed_store.put_content(step.work, step.site_id, made.segments.values(), step.now)
        await feed_store.put_buckets(step.work, step.site_id, made.base_buckets)
        await events.mark_told(step.work, made.told)
        await feed_store.forget_metadata(step.work, step.site_id, Role.ADMISSIONS, head.epoch, head.version - MANIFESTS_KEPT)
        ref = ref_of(head.version, envelope)
        step.feed = replace(step.feed, admissions=head, admissions_ref=ref, base_hashes=made.base_hashes)

    async def _timestamp(self, step: _Step) -> bytes:
        """Sign the current state; return the envelope."""
        keyring, before = self._keys.keyring, step.feed.timestamp
        assert step.feed.manifest is not None, "a manifest is published before a timestamp"
        assert step.feed.admissions_ref is not None, "an admissions head is published before a timestamp"
        ticket_types = await _ticket_types(step)
        timestamp = Timestamp(
            site=step.site_id,
            epoch=keyring.epoch,
            version=before.version + 1 if before is not None and before.epoch == keyring.epoch else 1,
            signed_at=step.now if before is None else Instant(max(step.now, before.signed_at)),
            expires_at=plus(step.now, seconds=feed_tables.autonomy_s(ticket_types)),
            keyring=ref_of(keyring.version, self._keys.envelope),
            manifest=step.feed.manifest,
            admissions=step.feed.admissions_ref,
        )
        envelope = await self._add(step, Role.TIMESTAMP, timestamp)
        below = timestamp.version - TIMESTAMPS_KEPT
        await feed_store.forget_metadata(step.work, step.site_id, Role.TIMESTAMP, timestamp.epoch, below)
        step.feed = replace(step.feed, timestamp=timestamp)
        await self._served.tell_processes(step.work)
        return envelope

    async def _add(self, step: _Step, role: Role, value: Timestamp | Manifest | AdmissionsHead) -> bytes:
        signers = self._keys.signers(_PURPOSES[role], step.now)
        envelope = seal(role.value, value.to_payload(), signers).to_bytes()
        await feed_store.add(step.work, step.site_id, role, Sealed(value.epoch, value.version, envelope), step.now)
        return envelope

    def _announce(self, feed: SiteFeed, timestamp: bytes) -> SiteFeed:
        """Serve a committed edition, and wake the requests that wait for a newer timestamp."""
        assert feed.timestamp is not None, "what is announced has a timestamp"
        self._note(feed)
        known = self._served.heads.get(feed.timestamp.site)
        head = FeedHead(self._keys.keyring.epoch, self._keys.keyring.version, timestamp).to_bytes()
        if known is None or known.data != head:
            self._served.heads.announce(feed.timestamp.site, CurrentHead(feed.timestamp.version, head))
        return feed

    def _note(self, feed: SiteFeed) -> None:
        self._served.lists.note(BucketKind.TICKETS, feed.edition.tickets)
        self._served.lists.note(BucketKind.CREDENTIALS, feed.edition.credentials)
        self._served.lists.note(BucketKind.EVENTS, feed.base_hashes)


async def _mark_told(step: _Step, tables: Tables, manifest: Manifest) -> None:
    await check_points.mark_told(step.work, tables.untold, ToldEdition(manifest.epoch, manifest.version))


def _edition_of(feed: SiteFeed) -> tuple[int, int] | None:
    return None if feed.timestamp is None else (feed.timestamp.epoch, feed.timestamp.version)


async def _changes(step: _Step, waiting: tuple[outbox.Change, ...]) -> Changes:
    """Return the present records of the tickets whose changes wait."""
    ids = sorted({change.ticket_id for change in waiting})
    return changes(
        upserts=await feed_rows.records(step.work, ids),
        credentials_removed=await feed_rows.credentials_removed(step.work, step.site_id, ids),
        credentials=await feed_rows.credentials(step.work, step.site_id, ids),
    )


async def _ticket_types(step: _Step) -> bytes:
    ref = step.feed.edition.manifest.table(TICKET_TYPES)
    found = None if ref is None else await feed_store.content(step.work, step.site_id, ref.sha256)
    assert found is not None, "the tables of the newest manifest are kept"
    return found
