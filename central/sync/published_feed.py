"""What is published of a site now, as the publisher and the code that serves the feed hold it in memory.

Laws: made from committed rows; replaced as a whole after the next commit, so that a process never serves two versions mixed.
"""

from collections import deque
from dataclasses import dataclass, field

from central.store.unit_of_work import Work
from central.sync import feed_store
from central.sync.rules import feed_admissions, publication
from central.sync.rules.publication import Edition
from protocol.feed.buckets import BucketKind, digest
from protocol.feed.faults import Role
from protocol.feed.manifest import AdmissionsHead, Manifest, Ref, Timestamp
from protocol.identifiers import SiteId
from protocol.signatures import Envelope

# So many editions' hash lists are served, for gates that began a download before a change.
LISTS_KEPT = 32


@dataclass(frozen=True, slots=True)
class SiteFeed:
    """The newest edition, admissions head and timestamp of a site.

    `is_whole` is false where the stored buckets are not those of the signed roots (a rebuild was cut short).
    """

    edition: Edition
    manifest: Ref | None
    admissions: AdmissionsHead
    admissions_ref: Ref | None
    base_hashes: bytes
    timestamp: Timestamp | None
    is_whole: bool


@dataclass(slots=True)
class RecentLists:
    """Hash lists by their root: the newest, and some before it."""

    _lists: dict[BucketKind, deque[tuple[bytes, bytes]]] = field(default_factory=dict)

    def note(self, kind: BucketKind, hashes: bytes) -> None:
        """Remember a list as the newest of its kind."""
        kept = self._lists.setdefault(kind, deque(maxlen=LISTS_KEPT))
        root = digest(hashes)
        if not kept or kept[-1][0] != root:
            kept.append((root, hashes))

    def find(self, root: bytes) -> bytes | None:
        """Return the list with this root."""
        return next((hashes for kept in self._lists.values() for one, hashes in kept if one == root), None)


async def load(work: Work, site_id: SiteId, epoch: int) -> SiteFeed:
    """Return what was published of a site until now, or the empty state before its first publication."""
    edition, manifest_ref, is_whole = await _edition(work, site_id, epoch)
    head, admissions_ref = await _admissions(work, site_id, epoch)
    base_hashes = await feed_store.hash_list(work, site_id, BucketKind.EVENTS)
    sealed = await feed_store.newest(work, site_id, Role.TIMESTAMP)
    timestamp = None if sealed is None else Timestamp.from_payload(Envelope.from_bytes(sealed.envelope).payload)
    return SiteFeed(edition, manifest_ref, head, admissions_ref, base_hashes, timestamp, is_whole)


def ref_of(version: int, envelope: bytes) -> Ref:
    """Return how a timestamp names an envelope."""
    return Ref(version, digest(envelope), len(envelope))


async def _edition(work: Work, site_id: SiteId, epoch: int) -> tuple[Edition, Ref | None, bool]:
    sealed = await feed_store.newest(work, site_id, Role.MANIFEST)
    if sealed is None:
        return publication.empty(site_id, epoch), None, True
    manifest = Manifest.from_payload(Envelope.from_bytes(sealed.envelope).payload)
    tickets = await feed_store.hash_list(work, site_id, BucketKind.TICKETS)
    credentials = await feed_store.hash_list(work, site_id, BucketKind.CREDENTIALS)
    is_whole = (digest(tickets), digest(credentials)) == (manifest.tickets_root, manifest.credentials_root)
    return Edition(manifest, tickets, credentials), ref_of(sealed.version, sealed.envelope), is_whole


async def _admissions(work: Work, site_id: SiteId, epoch: int) -> tuple[AdmissionsHead, Ref | None]:
    sealed = await feed_store.newest(work, site_id, Role.ADMISSIONS)
    if sealed is None:
        return feed_admissions.empty(site_id, epoch), None
    head = AdmissionsHead.from_payload(Envelope.from_bytes(sealed.envelope).payload)
    return head, ref_of(sealed.version, sealed.envelope)
