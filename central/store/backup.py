"""Backups of the embedded database, taken while it serves, and putting one back while it does not.

Laws: a backup is complete, or there is none; it is checked before it gets its name; `put_back` keeps the old files beside the new
one. PostgreSQL has tools of its own (pg_dump, continuous archiving): operators use those.
"""

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy.engine import make_url

from protocol.errors import SettingsError, StorageError

_PAGES_AT_ONCE = 1_024
_PAUSE_S = 0.01
_MODE = 0o600
KEPT_SUFFIX = ".before-restore"
_COMPANIONS = ("-wal", "-shm")


def embedded_file(url: str) -> Path:
    """Return the file of an embedded database; SettingsError where it is another database."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        raise SettingsError("this database is not embedded: back it up and restore it by its own tools, such as pg_dump")
    return Path(parsed.database)


def back_up(source: Path, target: Path) -> int:
    """Write a backup of a database that may be serving; return its bytes. StorageError where that fails."""
    if target.exists():
        raise StorageError(f"{target}: is there already; a backup never replaces another one")
    beside = target.with_name(f".{target.name}.new")
    beside.unlink(missing_ok=True)
    try:
        os.close(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _MODE))
        # Read-only: a second connection must neither write nor checkpoint (docs/decisions/0002).
        with (
            closing(sqlite3.connect(f"file:{source.absolute()}?mode=ro", uri=True)) as reading,
            closing(sqlite3.connect(beside)) as writing,
        ):
            reading.backup(writing, pages=_PAGES_AT_ONCE, sleep=_PAUSE_S)
            writing.execute("PRAGMA journal_mode = DELETE")
        check(beside)
        _to_disk(beside)
        beside.replace(target)
        _to_disk(target.parent)
    except (sqlite3.Error, OSError) as error:
        beside.unlink(missing_ok=True)
        raise StorageError(f"{target}: the backup failed ({error}); nothing was written") from error
    return target.stat().st_size


def check(file: Path) -> None:
    """Raise StorageError unless the file is a sound SQLite database of Paifang."""
    try:
        with closing(sqlite3.connect(f"file:{file.absolute()}?mode=ro", uri=True)) as reading:
            verdict = reading.execute("PRAGMA quick_check(1)").fetchone()[0]
            tables = reading.execute("SELECT count(*) FROM sqlite_master WHERE name = 'signed_metadata'").fetchone()[0]
    except sqlite3.Error as error:
        raise StorageError(f"{file}: is no SQLite database that can be read ({error})") from error
    if verdict != "ok" or not tables:
        raise StorageError(f"{file}: is damaged, or is no database of Paifang; use another backup")


def put_back(backup: Path, target: Path) -> None:
    """Put a backup in the place of a database that no server has open; the old files stay beside it."""
    check(backup)
    with _alone(target):
        beside = target.with_name(f".{target.name}.new")
        beside.write_bytes(b"")
        beside.chmod(_MODE)
        with (
            closing(sqlite3.connect(f"file:{backup.absolute()}?mode=ro", uri=True)) as reading,
            closing(sqlite3.connect(beside)) as writing,
        ):
            reading.backup(writing)
        _to_disk(beside)
        for suffix in ("", *_COMPANIONS):
            part = target.with_name(target.name + suffix)
            if part.exists():
                part.replace(part.with_name(part.name + KEPT_SUFFIX))
        beside.replace(target)
        _to_disk(target.parent)


@contextmanager
def _alone(target: Path) -> Iterator[None]:
    target.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(f"{target}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _MODE)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise StorageError(f"{target}: a server has this database open; stop it first") from error
    finally:
        os.close(descriptor)


def _to_disk(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
