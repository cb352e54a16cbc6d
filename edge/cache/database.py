"""The file cache.db: blobs known by their hashes, and the two envelopes that are in force.

Laws: a blob is never changed in place: the writer stores a new one beside it, and one small transaction switches to it, durably
(synchronous=FULL), because the trust store that is written next must not be ahead of the cache after a power cut.
Readers believe no blob because it is stored here (law 4): they check its hash.
"""

from pathlib import Path

import apsw

from protocol.errors import StorageError, UntrustedError

SCHEMA_VERSION = 1
_BUSY_TIMEOUT_MS = 5_000
_PAGE_BYTES = 4_096
_CACHE_KIB = -2_048
# A delta of a thousand tickets writes about 12 MB; a checkpoint before its end would write them twice.
_AUTOCHECKPOINT_PAGES = 4_000
_FULL = 2
_SCHEMA = (
    """CREATE TABLE bucket (
        id INTEGER PRIMARY KEY,
        kind TEXT NOT NULL,
        number INTEGER NOT NULL,
        sha256 BLOB NOT NULL,
        data BLOB NOT NULL,
        UNIQUE (kind, number, sha256)
    ) STRICT""",
    "CREATE TABLE content (sha256 BLOB PRIMARY KEY, data BLOB NOT NULL) STRICT",
    "CREATE TABLE in_force (id INTEGER PRIMARY KEY CHECK (id = 1), manifest BLOB NOT NULL, admissions BLOB NOT NULL) STRICT",
)


class CacheTampered(UntrustedError):
    """Data in cache.db is not what central signed. It decides nothing; the caller reports it and downloads again."""


class CacheFault(StorageError):
    """cache.db cannot be read or written; its content may be downloaded again."""


def fault(error: apsw.Error) -> CacheTampered | CacheFault:
    """Return the exception for a failure of SQLite: a damaged file counts as a changed one."""
    if isinstance(error, apsw.CorruptError | apsw.NotADBError | apsw.FormatError):
        return CacheTampered(f"cache.db is damaged or was changed ({error}); delete it and let it download again")
    return CacheFault(f"cache.db failed ({error}); check the disk")


def open_database(path: Path) -> apsw.Connection:
    """Open the cache's file, or create it; raise CacheTampered or CacheFault where it cannot be used."""
    try:
        connection = apsw.Connection(str(path))
        connection.set_busy_timeout(_BUSY_TIMEOUT_MS)
        _set_pragmas(connection)
        _make_schema(connection)
    except apsw.Error as error:
        raise fault(error) from error
    return connection


def _set_pragmas(connection: apsw.Connection) -> None:
    wanted: tuple[tuple[str, str | int], ...] = (
        ("page_size", _PAGE_BYTES),
        ("journal_mode", "wal"),
        ("synchronous", _FULL),
        ("wal_autocheckpoint", _AUTOCHECKPOINT_PAGES),
        ("cache_size", _CACHE_KIB),
        ("mmap_size", 0),
    )
    for name, value in wanted:
        connection.pragma(name, value)
        found = connection.pragma(name)
        if found != value:
            raise CacheFault(f"cache.db: pragma {name} is {found!r} and not {value!r}; move the cache to a local disk")


def _make_schema(connection: apsw.Connection) -> None:
    found = connection.pragma("user_version")
    if found == SCHEMA_VERSION:
        return
    if found != 0:
        raise CacheFault(f"cache.db: schema {found} is of another version, this one is {SCHEMA_VERSION}; delete the file")
    with connection:
        for statement in _SCHEMA:
            connection.execute(statement)
        connection.pragma("user_version", SCHEMA_VERSION)
