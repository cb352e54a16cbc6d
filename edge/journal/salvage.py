"""Rescues the entries of a file that SQLite itself can no longer read.

Laws (law 5): the damaged file is kept, as evidence and for people; each entry that can still be read is copied to a new file,
where the usual proof declares the rest lost; nothing here decides which entries are right.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import apsw

from edge.journal.database import JournalFile, SqlValue
from protocol.journal.entry_header import glance

MOST_JOURNALS = 64
MOST_SKIPPED = 1_000
_NEXT = "SELECT sequence, data FROM entry WHERE ordinal = ? AND sequence > ? ORDER BY sequence LIMIT 1"
_COPIED = ("journal", "receipt")


def rescue(path: Path) -> Path:
    """Put the file at `path` aside, make a new one there with all that could be read, and return the old one's path."""
    aside = _copy_aside(path)
    fresh = path.with_name(f"{path.name}.rescued")
    _remove(fresh)
    file = JournalFile(fresh)
    source = apsw.Connection(str(aside))
    with file.writing():
        for table in _COPIED:
            _copy_table(source, file, table)
        for ordinal in range(1, MOST_JOURNALS + 1):
            for sequence, data in _readable(source, ordinal):
                file.execute("INSERT INTO entry (ordinal, sequence, data) VALUES (?, ?, ?)", (ordinal, sequence, data))
                _name_journal(file, ordinal, data)
    source.close(force=True)
    file.close()
    _log_of(path).unlink(missing_ok=True)
    fresh.replace(path)
    return aside


def _copy_aside(path: Path) -> Path:
    number = 1
    while (aside := path.with_name(f"{path.name}.damaged-{number}")).exists():
        number += 1
    log = _log_of(path)
    if log.exists():
        shutil.copyfile(log, _log_of(aside))
    shutil.copyfile(path, aside)
    return aside


def _remove(path: Path) -> None:
    _log_of(path).unlink(missing_ok=True)
    path.unlink(missing_ok=True)


def _log_of(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")


def _copy_table(source: apsw.Connection, file: JournalFile, table: str) -> None:
    """Copy the rows of a small table, up to the first that cannot be read."""
    try:
        for row in source.execute(f"SELECT * FROM {table}"):  # noqa: S608  one of two fixed names
            file.execute(f"INSERT OR IGNORE INTO {table} VALUES ({', '.join('?' * len(row))})", row)  # noqa: S608  the same
    except (apsw.CorruptError, apsw.NotADBError, apsw.SQLError):
        return


def _name_journal(file: JournalFile, ordinal: int, data: SqlValue) -> None:
    """Make the row of a journal whose own row was not readable: the entries name their journal."""
    seen = glance(data) if isinstance(data, bytes) else None
    if seen is not None:
        file.execute("INSERT OR IGNORE INTO journal (ordinal, journal_id) VALUES (?, ?)", (ordinal, seen.journal_id))


def _readable(source: apsw.Connection, ordinal: int) -> Iterator[tuple[SqlValue, ...]]:
    """Yield the entries that can be read; skip at most 1,000 unreadable sequences in a row."""
    after, skipped = 0, 0
    while skipped <= MOST_SKIPPED:
        try:
            found = source.execute(_NEXT, (ordinal, after)).fetchone()
        except apsw.Error:
            after, skipped = after + 1, skipped + 1
            continue
        if found is None:
            return
        yield found
        after, skipped = int(found[0]), 0
