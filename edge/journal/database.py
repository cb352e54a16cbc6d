"""The file journal.db: how it is opened, and its tables.

Laws (law 1): WAL and synchronous=FULL, each pragma set by its own call and read back; SQLite 3.51.3 or newer, because older ones
can reset a WAL that is still needed; one connection, exclusively, so that no second process writes. A file of a newer program is
not opened for use. After any error the file is closed for good: a failed fsync is never retried, because the kernel may have
dropped the pages.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw

from protocol.errors import StorageError

SCHEMA_VERSION = 1
BUSY_TIMEOUT_MS = 2_000
# A last limit: `JournalFile.checkpoint` runs earlier, not at the moment of a scan.
AUTOCHECKPOINT_PAGES = 64_000
# Rewriting a short log costs a fraction of growing it. The first entry after a checkpoint restarts the log and waits for the disk
# twice, so a checkpoint after each visit would double the cost of each commit.
CHECKPOINT_PAGES = 64
SqlValue = int | float | str | bytes | None
FULL_DISK = 0.98
_DAMAGE = (apsw.CorruptError, apsw.NotADBError)
_LEAST_SQLITE = (3, 51, 3)
_FULL = 2

_SCHEMA = (
    """CREATE TABLE journal (
        ordinal INTEGER PRIMARY KEY,
        journal_id BLOB NOT NULL UNIQUE,
        receipt_sequence INTEGER NOT NULL DEFAULT 0,
        head_sequence INTEGER NOT NULL DEFAULT 0,
        head_hash BLOB NOT NULL DEFAULT x'',
        head_signature BLOB NOT NULL DEFAULT x''
    ) STRICT""",
    """CREATE TABLE entry (
        ordinal INTEGER NOT NULL,
        sequence INTEGER NOT NULL,
        data BLOB NOT NULL,
        PRIMARY KEY (ordinal, sequence)
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE receipt (
        ordinal INTEGER NOT NULL,
        sequence INTEGER NOT NULL,
        signed_at INTEGER NOT NULL,
        PRIMARY KEY (ordinal, sequence)
    ) STRICT, WITHOUT ROWID""",
)


class JournalClosed(StorageError):
    """The journal's file failed and is closed for good: no visitor may enter here until the agent is started again."""


class JournalDamaged(JournalClosed):
    """SQLite cannot read the journal's file: `salvage` must rescue it before it is used again."""


class JournalFull(StorageError):
    """The disk is too full to record an admission, so the agent admits no visitor."""


def disk_used(path: Path) -> float:
    """Return how full the disk under a path is for an ordinary user, from 0 to 1."""
    disk = os.statvfs(path)
    return 1 - disk.f_bavail / disk.f_blocks


class JournalFile:
    """The open file: one connection; after an error it stays closed for good."""

    def __init__(self, path: Path, *, failed: bool = False) -> None:
        """Open or make the file; raise StorageError where it cannot be used. With `failed` it opens nothing and stays closed."""
        self._path = path
        self._closed = failed
        self._connection = apsw.Connection(":memory:") if failed else _open(path)

    def execute(self, statement: str, values: tuple[SqlValue, ...] = ()) -> apsw.Cursor:
        """Run one statement; only within `guarded` or `writing`."""
        return self._connection.execute(statement, values)

    @contextmanager
    def guarded(self) -> Iterator[None]:
        """Run the code that touches the file. A failure closes it for good; raise JournalClosed where it is closed or fails."""
        if self._closed:
            raise JournalClosed(f"{self._path}: closed after an error; start the agent again")
        try:
            yield
        except apsw.Error as error:
            self._close_for_good()
            fault = JournalDamaged if isinstance(error, _DAMAGE) else JournalClosed
            raise fault(f"{self._path}: failed ({error}), closed for good; check the disk, start again") from error

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Run several statements as one transaction, durable at the end."""
        with self.guarded():
            self._connection.execute("BEGIN IMMEDIATE")
            yield
            self._connection.execute("COMMIT")

    def check_room(self) -> None:
        """Raise JournalFull where the disk is 98% full, JournalClosed where the disk is missing."""
        try:
            used = disk_used(self._path)
        except OSError as error:
            raise JournalClosed(f"{self._path}: cannot be found ({error.strerror}); check the disk") from error
        if used >= FULL_DISK:
            raise JournalFull(f"{self._path}: the disk is {used:.0%} full: free some space, no visitor may enter unrecorded")

    def checkpoint(self) -> None:
        """Move the log into the file, once it is CHECKPOINT_PAGES long."""
        with self.guarded():
            pages, moved = self._connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_NOOP)
            if pages - moved < CHECKPOINT_PAGES:
                return
            self._connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)

    def close(self) -> None:
        """Close the file; harmless when it is closed."""
        if not self._closed:
            self._closed = True
            self._connection.close()

    def _close_for_good(self) -> None:
        """Close without the usual last checkpoint: it would use pages that may not be on the disk."""
        self._closed = True
        self._connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
        self._connection.close(force=True)


def _open(path: Path) -> apsw.Connection:
    version = tuple(int(part) for part in apsw.sqlite_lib_version().split("."))
    if version < _LEAST_SQLITE:
        raise StorageError(f"SQLite {apsw.sqlite_lib_version()} can lose a write-ahead log: install apsw 3.51.3 or newer")
    try:
        connection = apsw.Connection(str(path))
        _set_pragmas(connection, path)
        _make_schema(connection, path)
    except _DAMAGE as error:
        raise JournalDamaged(f"{path}: is no readable database ({error})") from error
    except apsw.Error as error:
        raise StorageError(f"{path}: cannot be opened ({error}); close the program that holds it, or set it aside") from error
    return connection


def _set_pragmas(connection: apsw.Connection, path: Path) -> None:
    connection.set_busy_timeout(BUSY_TIMEOUT_MS)
    for name, wanted in (("locking_mode", "exclusive"), ("journal_mode", "wal")):
        connection.pragma(name, wanted)
        _read_back(connection, path, name, wanted)
    for name, number in (("synchronous", _FULL), ("wal_autocheckpoint", AUTOCHECKPOINT_PAGES), ("mmap_size", 0)):
        connection.pragma(name, number)
        _read_back(connection, path, name, number)


def _read_back(connection: apsw.Connection, path: Path, name: str, wanted: object) -> None:
    found = connection.pragma(name)
    if found != wanted:
        raise StorageError(
            f"{path}: pragma {name} is {found!r} and not {wanted!r}: the file system does not allow what a journal needs"
        )


def _make_schema(connection: apsw.Connection, path: Path) -> None:
    found = connection.pragma("user_version")
    if found == SCHEMA_VERSION:
        return
    if found != 0:
        raise StorageError(
            f"{path}: written by another version (schema {found}, this one is {SCHEMA_VERSION}): install that version"
        )
    connection.execute("BEGIN IMMEDIATE")
    for statement in _SCHEMA:
        connection.execute(statement)
    connection.pragma("user_version", SCHEMA_VERSION)
    connection.execute("COMMIT")
