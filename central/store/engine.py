"""The engine: embedded SQLite by default, PostgreSQL by its URL.

Laws: SQLite has exactly one connection, which writes and checkpoints (docs/decisions/0002), and a lock file keeps a second
process out; long reads have connections and threads of their own, which can neither write nor checkpoint; every pragma is set by
itself and read back; a commit is on the disk when it returns.
"""

import fcntl
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from central.store import claims, embedded, settings_version
from protocol.errors import SettingsError, StorageError

POOL_WAIT_S = 30
POSTGRESQL_CONNECTIONS = 16
BUSY_TIMEOUT_MS = 5_000
# The wanted value, as the pragma returns it when it is read back.
_PRAGMAS = (
    ("journal_mode", "WAL", "wal"),
    ("synchronous", "FULL", 2),
    ("foreign_keys", "ON", 1),
    ("busy_timeout", str(BUSY_TIMEOUT_MS), BUSY_TIMEOUT_MS),
)
_READER_PRAGMAS = (
    ("query_only", "ON", 1),
    ("wal_autocheckpoint", "0", 0),
    ("busy_timeout", str(BUSY_TIMEOUT_MS), BUSY_TIMEOUT_MS),
)
READERS = 2
_DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg"}
READ_ONLY = "paifang_read_only"
ALONE = "paifang_alone"


@dataclass(frozen=True, slots=True)
class Database:
    """An engine, the engine for long reads, and the lock that an embedded database holds while it is open."""

    engine: AsyncEngine
    long_reads: AsyncEngine
    lock: int | None

    @property
    def is_embedded(self) -> bool:
        """Whether this is SQLite."""
        return self.engine.dialect.name == "sqlite"

    async def close(self) -> None:
        """Close all connections and let another process in."""
        await self.long_reads.dispose()
        await self.engine.dispose()
        if self.lock is not None:
            os.close(self.lock)


def open_database(url_text: str) -> Database:
    """Return the database that a URL names (`sqlite:///FILE` or `postgresql://...`).

    SettingsError where the URL is neither; StorageError where another process has the SQLite file.
    """
    url = _with_driver(url_text)
    if url.get_backend_name() == "sqlite":
        lock = _lock(url)
        engine = create_async_engine(
            url, async_creator=lambda: embedded.connect(url), pool_size=1, max_overflow=0, pool_timeout=POOL_WAIT_S
        )
        event.listen(engine.sync_engine, "connect", _prepare_sqlite)
        event.listen(engine.sync_engine, "begin", _begin_sqlite)
        settings_version.count_writes(engine.sync_engine)
        claims.note_writes(engine.sync_engine)
        return Database(engine, _readers(url), lock)
    engine = create_async_engine(url, pool_size=POSTGRESQL_CONNECTIONS, max_overflow=0, pool_timeout=POOL_WAIT_S)
    settings_version.count_writes(engine.sync_engine)
    claims.note_writes(engine.sync_engine)
    return Database(engine, engine, None)


def _readers(url: URL) -> AsyncEngine:
    """Return an engine that runs statements in threads beside the writer, as WAL allows."""
    engine = create_async_engine(url, pool_size=READERS, max_overflow=0, pool_timeout=POOL_WAIT_S)
    event.listen(engine.sync_engine, "connect", _prepare_reader)
    event.listen(engine.sync_engine, "begin", _begin_reading)
    return engine


def _with_driver(url_text: str) -> URL:
    remedy = "PAIFANG_DATABASE_URL must be sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME"
    try:
        url = make_url(url_text)
    except ArgumentError as error:
        raise SettingsError(f"the database URL cannot be read; {remedy}") from error
    driver = _DRIVERS.get(url.get_backend_name())
    if driver is None or (driver.startswith("sqlite") and not url.database):
        raise SettingsError(f"the database URL names no database that Paifang knows; {remedy}")
    return url.set(drivername=driver)


def _lock(url: URL) -> int:
    path = Path(f"{url.database}.lock")
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        raise StorageError(f"{url.database}: another process has this database open; stop it first") from error
    return descriptor


def _prepare_sqlite(connection: Any, _record: ConnectionPoolEntry) -> None:  # noqa: ANN401 - any driver that SQLAlchemy adapts
    _set(connection, _PRAGMAS)


def _prepare_reader(connection: Any, _record: ConnectionPoolEntry) -> None:  # noqa: ANN401 - any driver that SQLAlchemy adapts
    _set(connection, _READER_PRAGMAS)


def _set(connection: Any, pragmas: tuple[tuple[str, str, str | int], ...]) -> None:  # noqa: ANN401 - any that SQLAlchemy adapts
    # Python's sqlite3 would begin deferred transactions by itself; `_begin_sqlite` and `_begin_reading` begin ours.
    connection.isolation_level = None
    cursor = connection.cursor()
    for name, wanted, read_back in pragmas:
        cursor.execute(f"PRAGMA {name} = {wanted}")
        cursor.execute(f"PRAGMA {name}")
        found = cursor.fetchone()[0]
        if found != read_back:
            raise StorageError(f"SQLite keeps {name} at {found!r} though {wanted} was asked; is the file on a network share?")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    if ALONE not in options:
        cursor = connection.connection.cursor()
        cursor.execute("BEGIN" if READ_ONLY in options else "BEGIN IMMEDIATE")
        cursor.close()


def _begin_reading(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")
