"""The ticket cache as a lane asks it.

A look-up reads one bucket, compares its SHA-256 with the signed list in memory, and bisects: about 0.1 ms with a million tickets.
The same way proves that a ticket is not there.
Laws: nothing unverified decides (law 4): data that was changed on disk raises CacheTampered. The feed in force changes only in
`adopt`, and the caller holds the lock under which intents are committed (law 6).
"""

from pathlib import Path

import apsw

from edge.cache.database import CacheTampered, fault, open_database
from edge.cache.feed import Feed, build_feed
from protocol.admission.policy import CheckPoint, SiteRules, TicketTypeRules
from protocol.errors import InputError, StorageError
from protocol.feed.buckets import EMPTY_LIST, BucketKind, bucket_of_key, bucket_of_ticket, digest, hash_at
from protocol.feed.faults import UntrustedFeed
from protocol.feed.records import CredentialKind, find_record, find_tickets, records_by_prefix
from protocol.feed.segments import events_of_holder, events_of_ticket
from protocol.feed.trust import TrustState, recall_admissions, recall_manifest
from protocol.identifiers import CheckPointId, TicketId, TicketTypeId
from protocol.instants import Instant
from protocol.journal.history import AdmissionEvent
from protocol.tickets.record import TicketRecord
from protocol.tickets.short_number import id_prefix, ids_of_prefix

Edition = tuple[int, int, int]  # epoch, version of the manifest, version of the admissions head
# The cast is needed because a byte changed on disk may also change a value's type.
_SELECT_BUCKET = "SELECT CAST(data AS BLOB) FROM bucket WHERE kind = ? AND number = ? AND sha256 = ?"


class CacheEmpty(StorageError):
    """No feed is in force: nothing has been downloaded yet, or the cache is closed for a sign-off."""


class Cache:
    """Central's data, for reading; one connection, used on one thread."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection
        self._feed: Feed | None = None

    @classmethod
    def empty(cls) -> "Cache":
        """Return the cache of an agent that may believe nothing: it has no feed in force and reads no file."""
        return cls(apsw.Connection(":memory:"))

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    @property
    def feed(self) -> Feed | None:
        """The feed in force, if there is one."""
        return self._feed

    def adopt(self, feed: Feed | None) -> None:
        """Put a feed in force, or none. The caller holds the lock under which intents are committed."""
        self._feed = feed

    @property
    def edition(self) -> Edition | None:
        """The edition of the feed that decides an intent; where it has changed since, the intent is decided again."""
        feed = self._feed
        return None if feed is None else (feed.manifest.epoch, feed.manifest.version, feed.admissions.version)

    @property
    def version(self) -> int:
        """The version of the manifest in force, as journals name it."""
        return self._in_force().manifest.version

    @property
    def as_of(self) -> Instant:
        """The time of the manifest in force: tickets issued later are not in it."""
        return self._in_force().manifest.as_of

    def record(self, ticket_id: TicketId) -> TicketRecord | None:
        """Return the ticket's record, or None where central knows no such ticket for this site."""
        return find_record(self._bucket(BucketKind.TICKETS, bucket_of_ticket(ticket_id)), ticket_id)

    def tickets_by(self, kind: CredentialKind, key: bytes) -> tuple[TicketId, ...]:
        """Return the tickets that a credential leads to, ascending; their records decide."""
        return find_tickets(self._bucket(BucketKind.CREDENTIALS, bucket_of_key(key)), kind, key)

    def tickets_numbered(self, number: str) -> tuple[TicketId, ...]:
        """Return the tickets of a short number, ascending: central makes at most one; their records decide."""
        prefix = id_prefix(number)
        if prefix is None:
            return ()
        # A prefix has more bits than choose a bucket, so all its tickets lie in the bucket of the lowest one.
        lowest, _ = ids_of_prefix(prefix)
        bucket = self._bucket(BucketKind.TICKETS, bucket_of_ticket(lowest))
        return tuple(record.ticket_id for record in records_by_prefix(bucket, prefix))

    def events_of(self, ticket_id: TicketId) -> tuple[AdmissionEvent, ...]:
        """Return the published events of a ticket, of all agents; an event may occur twice."""
        base = self._bucket(BucketKind.EVENTS, bucket_of_ticket(ticket_id))
        sources = (base, *self._in_force().segments)
        return tuple(event for source in sources for event in events_of_ticket(source, ticket_id))

    def walk_ins_of(self, holder: bytes) -> tuple[AdmissionEvent, ...]:
        """Return the recent walk-in events of a document's keyed hash, of all agents."""
        return tuple(event for segment in self._in_force().segments for event in events_of_holder(segment, holder))

    def ticket_type(self, ticket_type_id: TicketTypeId) -> TicketTypeRules | None:
        """Return a ticket type with its policies."""
        return self._in_force().ticket_types.get(ticket_type_id)

    def check_point(self, check_point_id: CheckPointId) -> CheckPoint | None:
        """Return a check point with its state and ticked types."""
        return self._in_force().check_points.get(check_point_id)

    def site_rules(self) -> SiteRules:
        """Return the site's rules."""
        return self._in_force().site_rules

    def table(self, name: str) -> bytes | None:
        """Return another small table, as bytes."""
        return self._in_force().tables.get(name)

    def _in_force(self) -> Feed:
        if self._feed is None:
            raise CacheEmpty("no feed is in force: wait for the first download from central")
        return self._feed

    def _bucket(self, kind: BucketKind, number: int) -> bytes:
        expected = hash_at(self._in_force().hashes[kind], number)
        if expected == hash_at(EMPTY_LIST, number):
            return b""
        return read_bucket(self._connection, kind, number, expected)


def read_bucket(connection: apsw.Connection, kind: BucketKind, number: int, expected: bytes) -> bytes:
    """Return a bucket whose hash is the signed one; raise CacheTampered where it is missing or was changed."""
    try:
        data: object = connection.execute(_SELECT_BUCKET, (kind.value, number, expected)).get
    except apsw.Error as error:
        raise fault(error) from error
    if not isinstance(data, bytes) or digest(data) != expected:
        raise CacheTampered(f"cache.db: bucket {number} of {kind.value} is missing or was changed; nothing in it is believed")
    return data


def open_cache(path: Path, state: TrustState) -> tuple[Cache, TrustState]:
    """Return the cache with its feed in force, and the trust state that includes this feed.

    The caller saves that state to the trust store before it goes on.
    Raise CacheTampered where the file holds data that is not signed, or that is older than what was believed (law 3).
    """
    connection = open_database(path)
    cache = Cache(connection)
    try:
        feed, new_state = _recall(connection, state)
    except apsw.Error as error:
        connection.close()
        raise fault(error) from error
    except (UntrustedFeed, InputError) as error:
        connection.close()
        raise CacheTampered(f"cache.db holds what cannot be believed: {error}; delete it and let it download again") from error
    cache.adopt(feed)
    return cache, new_state


def _recall(connection: apsw.Connection, state: TrustState) -> tuple[Feed | None, TrustState]:
    row = connection.execute("SELECT CAST(manifest AS BLOB), CAST(admissions AS BLOB) FROM in_force").fetchone()
    if row is None:
        return None, state
    envelopes = row[0] or b"", row[1] or b""
    with_manifest, manifest = recall_manifest(state, envelopes[0])
    new_state, head = recall_admissions(with_manifest, envelopes[1])
    return build_feed(manifest, head, envelopes, lambda sha256: read_content(connection, sha256) or b""), new_state


def read_content(connection: apsw.Connection, sha256: bytes) -> bytes | None:
    """Return the blob that is stored under this hash, unchecked; None where there is none."""
    data: object = connection.execute("SELECT CAST(data AS BLOB) FROM content WHERE sha256 = ?", (sha256,)).get
    return data if isinstance(data, bytes) else None
