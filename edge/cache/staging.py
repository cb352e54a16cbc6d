"""The cache's writer: verified blobs are put beside those in force, then one transaction switches.

It has a connection of its own, so that a download works on another thread while lanes read. What a broken download left
behind is found by its hash and not fetched again.
Laws: only verified bytes are put here; `switch` is atomic and durable; what is not in force any more is swept away afterwards.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import apsw

from edge.cache.cache import read_bucket, read_content
from edge.cache.database import fault, open_database
from edge.cache.feed import Feed
from protocol.feed.buckets import BUCKETS, EMPTY_LIST, BucketKind, digest, hash_at

_Stored = dict[int, dict[bytes, int]]  # by bucket number, by hash: the length


class Staging:
    """The one writer of cache.db; used by one thread at a time."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection

    @classmethod
    def open(cls, path: Path) -> "Staging":
        """Return the writer of the file; CacheTampered or CacheFault where it cannot serve."""
        return cls(open_database(path))

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def bucket(self, kind: BucketKind, number: int, expected: bytes) -> bytes:
        """Return a bucket by its hash; CacheTampered where it is missing or was changed."""
        if expected == hash_at(EMPTY_LIST, number):
            return b""
        return read_bucket(self._connection, kind, number, expected)

    def missing(self, kind: BucketKind, hashes: bytes) -> tuple[int, ...]:
        """Return the numbers of the buckets of a list that are still to be fetched."""
        stored = self._stored(kind)
        empty = hash_at(EMPTY_LIST, 0)
        wanted = ((number, hash_at(hashes, number)) for number in range(BUCKETS))
        return tuple(number for number, sha256 in wanted if sha256 != empty and sha256 not in stored.get(number, {}))

    def total_bytes(self, kind: BucketKind, hashes: bytes) -> int:
        """Return how long the buckets of a list are together, as far as they are here."""
        return sum(found.get(hash_at(hashes, number), 0) for number, found in self._stored(kind).items())

    def content(self, sha256: bytes) -> bytes | None:
        """Return a blob that is here and has its hash."""
        with _faults():
            data = read_content(self._connection, sha256)
        return data if data is not None and digest(data) == sha256 else None

    def put_buckets(self, kind: BucketKind, blobs: Mapping[int, bytes]) -> None:
        """Store buckets that were verified, in one transaction."""
        rows = [(kind.value, number, digest(blob), blob) for number, blob in blobs.items() if blob]
        with _faults(), self._connection:
            self._connection.executemany("INSERT OR REPLACE INTO bucket (kind, number, sha256, data) VALUES (?, ?, ?, ?)", rows)

    def put_content(self, data: bytes) -> None:
        """Store a hash list, small table or segment that was verified."""
        with _faults(), self._connection:
            self._connection.execute("INSERT OR REPLACE INTO content VALUES (?, ?)", (digest(data), data))

    def switch(self, feed: Feed) -> None:
        """Put a feed in force in the file; all that it names is stored already. Durable on return."""
        with _faults(), self._connection:
            self._connection.execute("INSERT OR REPLACE INTO in_force VALUES (1, ?, ?)", feed.envelopes)

    def sweep(self, feed: Feed) -> None:
        """Delete what the feed in force does not name."""
        named = {digest(data) for data in (*feed.hashes.values(), *feed.tables.values(), *feed.segments)}
        with _faults(), self._connection:
            held = [sha256 for (sha256,) in self._connection.execute("SELECT sha256 FROM content")]
            gone = [(sha256,) for sha256 in held if sha256 not in named]
            self._connection.executemany("DELETE FROM content WHERE sha256 = ?", gone)
            self._connection.executemany("DELETE FROM bucket WHERE id = ?", list(self._superseded(feed)))

    def discard_damaged(self) -> int:
        """Delete the buckets that do not have their hash any more, and return how many: about 1 s for a million tickets."""
        with _faults(), self._connection:
            rows = self._connection.execute("SELECT id, sha256, data FROM bucket")
            damaged = [(row_id,) for row_id, sha256, data in rows if digest(data) != sha256]
            self._connection.executemany("DELETE FROM bucket WHERE id = ?", damaged)
        return len(damaged)

    def _superseded(self, feed: Feed) -> Iterator[tuple[int]]:
        for kind, hashes in feed.hashes.items():
            rows = self._connection.execute("SELECT id, number, sha256 FROM bucket WHERE kind = ?", (kind.value,))
            yield from [(row_id,) for row_id, number, sha256 in rows if hash_at(hashes, number) != sha256]

    def _stored(self, kind: BucketKind) -> _Stored:
        stored: _Stored = {}
        with _faults():
            rows = self._connection.execute("SELECT number, sha256, length(data) FROM bucket WHERE kind = ?", (kind.value,))
            for number, sha256, length in rows:
                stored.setdefault(number, {})[sha256] = length
        return stored


@contextmanager
def _faults() -> Iterator[None]:
    try:
        yield
    except apsw.Error as error:
        raise fault(error) from error
