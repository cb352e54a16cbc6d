"""The cache's writer: it stores verified blobs beside those in force, then one transaction switches.

It has its own connection, so that a download works on another thread while lanes read. After a broken download, the next one
finds the stored blobs by their hashes and does not fetch them again.
Laws: callers store only verified bytes; `switch` is atomic and durable; `sweep` later deletes blobs that are not in force.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

import apsw

from edge.cache.cache import read_bucket, read_content
from edge.cache.database import fault, open_database
from edge.cache.feed import Feed
from protocol.feed.buckets import BUCKETS, EMPTY_LIST, BucketKind, digest, hash_at
from protocol.feed.delta import BucketId


@dataclass(frozen=True, slots=True)
class Stock:
    """Which buckets of a list are still to be fetched, and how many bytes the others have together."""

    missing: tuple[int, ...]
    total_bytes: int


class Staging:
    """The one writer of cache.db. Any thread may call; a second one waits, even for a thread that a cancelled download left."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection
        self._lock = Lock()

    @classmethod
    def open(cls, path: Path) -> "Staging":
        """Return the writer of the file; raise CacheTampered or CacheFault where the file cannot be used."""
        return cls(open_database(path))

    @classmethod
    def empty(cls) -> "Staging":
        """Return the writer of an agent that has no cache; no download uses it."""
        return cls(apsw.Connection(":memory:"))

    def close(self) -> None:
        """Close the file, once no thread works on it."""
        with self._lock:
            self._connection.close()

    def bucket(self, kind: BucketKind, number: int, expected: bytes) -> bytes:
        """Return a bucket by its hash; raise CacheTampered where it is missing or was changed."""
        if expected == hash_at(EMPTY_LIST, number):
            return b""
        with self._lock:
            return read_bucket(self._connection, kind, number, expected)

    def stock(self, kind: BucketKind, hashes: bytes) -> Stock:
        """Return which buckets of a list are stored here."""
        with self._at_work():
            rows = self._connection.execute("SELECT number, sha256, length(data) FROM bucket WHERE kind = ?", (kind.value,))
            stored = {number: length for number, sha256, length in rows if hash_at(hashes, number) == sha256}
        missing = tuple(
            number for number in range(BUCKETS) if number not in stored and hash_at(hashes, number) != hash_at(EMPTY_LIST, number)
        )
        return Stock(missing, sum(stored.values()))

    def content(self, sha256: bytes) -> bytes | None:
        """Return a stored blob that has its hash; None where there is none."""
        with self._at_work():
            data = read_content(self._connection, sha256)
        return data if data is not None and digest(data) == sha256 else None

    def put(self, buckets: Mapping[BucketId, bytes], contents: Iterable[bytes] = ()) -> None:
        """Store verified buckets, and verified hash lists, small tables or segments, in one transaction."""
        rows = [(kind.value, number, digest(blob), blob) for (kind, number), blob in buckets.items() if blob]
        blobs = [(digest(data), data) for data in contents]
        with self._at_work(), self._connection:
            self._connection.executemany("INSERT OR REPLACE INTO bucket (kind, number, sha256, data) VALUES (?, ?, ?, ?)", rows)
            self._connection.executemany("INSERT OR REPLACE INTO content VALUES (?, ?)", blobs)

    def switch(self, feed: Feed) -> None:
        """Put a feed in force in the file; all content that it names is stored already. Durable on return."""
        with self._at_work(), self._connection:
            self._connection.execute("INSERT OR REPLACE INTO in_force VALUES (1, ?, ?)", feed.envelopes)

    def sweep(self, feed: Feed) -> None:
        """Delete the content that the feed in force does not name."""
        named = {digest(data) for data in (*feed.hashes.values(), *feed.tables.values(), *feed.segments)}
        with self._at_work(), self._connection:
            held = [sha256 for (sha256,) in self._connection.execute("SELECT sha256 FROM content")]
            gone = [(sha256,) for sha256 in held if sha256 not in named]
            self._connection.executemany("DELETE FROM content WHERE sha256 = ?", gone)
            self._connection.executemany("DELETE FROM bucket WHERE id = ?", list(self._superseded(feed)))

    def discard_damaged(self) -> int:
        """Delete the buckets that no longer have their hash, and return how many; this takes about 1 s for a million tickets."""
        with self._at_work(), self._connection:
            rows = self._connection.execute("SELECT id, CAST(sha256 AS BLOB), CAST(data AS BLOB) FROM bucket")
            damaged = [(row_id,) for row_id, sha256, data in rows if digest(data or b"") != sha256]
            self._connection.executemany("DELETE FROM bucket WHERE id = ?", damaged)
        return len(damaged)

    def _superseded(self, feed: Feed) -> Iterator[tuple[int]]:
        for kind, hashes in feed.hashes.items():
            rows = self._connection.execute("SELECT id, number, sha256 FROM bucket WHERE kind = ?", (kind.value,))
            yield from [(row_id,) for row_id, number, sha256 in rows if hash_at(hashes, number) != sha256]

    @contextmanager
    def _at_work(self) -> Iterator[None]:
        with self._lock:
            try:
                yield
            except apsw.Error as error:
                raise fault(error) from error
