"""The making of a manifest: new buckets, hash lists and a delta, from the changes since the last one.

Laws: pure; versions go up by one and are never made twice for one epoch (the caller inserts them under a unique key before
anything is served); only the buckets that changes touch are read and made again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from protocol.feed.buckets import EMPTY_LIST, BucketKind, digest, with_hashes
from protocol.feed.delta import BucketId, Changes, Delta, apply_to_bucket
from protocol.feed.manifest import Manifest, TableRef
from protocol.feed.records import CREDENTIAL_BYTES, TICKET_BYTES
from protocol.identifiers import SiteId
from protocol.instants import Instant

_NO_VERSION = 0
_ROW_BYTES = {BucketKind.TICKETS: TICKET_BYTES, BucketKind.CREDENTIALS: CREDENTIAL_BYTES}


@dataclass(frozen=True, slots=True)
class Edition:
    """A manifest with the hash lists (128 KiB each) whose roots it names."""

    manifest: Manifest
    tickets: bytes
    credentials: bytes

    def hashes(self, kind: BucketKind) -> bytes:
        """Return the hash list of tickets or credentials."""
        return self.tickets if kind is BucketKind.TICKETS else self.credentials


@dataclass(frozen=True, slots=True)
class Publication:
    """A new edition, the buckets that are new in it, and the delta that leads to it (its bytes are made by `to_bytes`)."""

    edition: Edition
    buckets: dict[BucketId, bytes]
    delta: Delta


def empty(site: SiteId, epoch: int) -> Edition:
    """Return the state before the first publication of an epoch that starts from nothing; it is never served."""
    root = digest(EMPTY_LIST)
    manifest = Manifest(site, epoch, _NO_VERSION, Instant(0), 0, 0, root, root, 0, ())
    return Edition(manifest, EMPTY_LIST, EMPTY_LIST)


def raised(edition: Edition, epoch: int) -> Edition:
    """Return the edition to go on from after root raised the epoch: the same content; versions begin again at one."""
    assert epoch > edition.manifest.epoch, "an epoch only rises"
    return replace(edition, manifest=replace(edition.manifest, epoch=epoch, version=_NO_VERSION))


def table_refs(tables: Mapping[str, bytes]) -> tuple[tuple[str, TableRef], ...]:
    """Return how a manifest names the small tables."""
    return tuple((name, TableRef(digest(tables[name]), len(tables[name]))) for name in sorted(tables))


def touched(changes: Changes) -> frozenset[BucketId]:
    """Return the buckets whose present bytes `publish` needs."""
    return frozenset(changes.by_bucket())


@dataclass(frozen=True, slots=True)
class Stand:
    """Up to which of central's changes a publication goes, and when that was so."""

    change_sequence: int
    as_of: Instant


def publish(
    previous: Edition,
    changes: Changes,
    old_buckets: Mapping[BucketId, bytes],
    tables: tuple[tuple[str, TableRef], ...],
    stand: Stand,
) -> Publication:
    """Return the next edition. `old_buckets` holds the bytes of each bucket in `touched(changes)` (empty where it had none)."""
    new_buckets: dict[BucketId, bytes] = {}
    added = {BucketKind.TICKETS: 0, BucketKind.CREDENTIALS: 0}
    hashes: dict[BucketKind, dict[int, bytes]] = {BucketKind.TICKETS: {}, BucketKind.CREDENTIALS: {}}
    for (kind, number), row_changes in changes.by_bucket().items():
        old = old_buckets[kind, number]
        new = apply_to_bucket(kind, old, row_changes)
        if new == old:
            continue
        new_buckets[kind, number] = new
        hashes[kind][number] = digest(new)
        added[kind] += (len(new) - len(old)) // _ROW_BYTES[kind]
    before = previous.manifest
    tickets = with_hashes(previous.tickets, hashes[BucketKind.TICKETS])
    credentials = with_hashes(previous.credentials, hashes[BucketKind.CREDENTIALS])
    manifest = replace(
        before,
        version=before.version + 1,
        as_of=stand.as_of,
        ticket_count=before.ticket_count + added[BucketKind.TICKETS],
        credential_count=before.credential_count + added[BucketKind.CREDENTIALS],
        tickets_root=digest(tickets),
        credentials_root=digest(credentials),
        change_sequence=stand.change_sequence,
        tables=tables,
    )
    return Publication(Edition(manifest, tickets, credentials), new_buckets, Delta(before.version, manifest.version, changes))
