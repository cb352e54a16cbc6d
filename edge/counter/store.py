"""counter.db: the paired pages, and what is known of the last prints; both outlive the agent.

Laws: durable on return (WAL, synchronous=FULL); nothing of a visitor is stored (law 9): of a print the page's id and its state
alone, of a token its hash. A print that was under way when the agent died may have come out.
"""

from enum import IntEnum
from pathlib import Path

import apsw

from protocol.errors import StorageError

SCHEMA_VERSION = 1
MAX_PAGES = 8
MAX_PRINTS = 10_000
_BUSY_TIMEOUT_MS = 2_000
_FULL = 2


class PrintState(IntEnum):
    """What is known of a print."""

    NEW = 0  # never begun, or it is known that nothing came out
    BEGUN = 1
    PRINTED = 2
    UNKNOWN = 3


class CounterStore:
    """One connection, used on one thread. Every method raises StorageError where the file fails."""

    def __init__(self, path: Path) -> None:
        """Open the file or make it."""
        self._path = path
        try:
            self._connection = apsw.Connection(str(path))
            self._connection.set_busy_timeout(_BUSY_TIMEOUT_MS)
            for name, value in (("journal_mode", "wal"), ("synchronous", _FULL), ("secure_delete", 1)):
                self._connection.pragma(name, value)
            self._make_schema()
            self._run("UPDATE prints SET state = ? WHERE state = ?", PrintState.UNKNOWN, PrintState.BEGUN)
        except apsw.Error as error:
            raise self._failed(error) from error

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def has_page(self, token_hash: bytes) -> bool:
        """See `pairing.PageTokens`."""
        return self._value("SELECT 1 FROM pages WHERE token_hash = ?", token_hash) is not None

    def add_page(self, token_hash: bytes) -> None:
        """See `pairing.PageTokens`; of more than `MAX_PAGES` the oldest is forgotten."""
        self._run("INSERT OR REPLACE INTO pages (token_hash) VALUES (?)", token_hash)
        self._run("DELETE FROM pages WHERE serial NOT IN (SELECT serial FROM pages ORDER BY serial DESC LIMIT ?)", MAX_PAGES)

    def forget_pages(self) -> None:
        """See `pairing.PageTokens`."""
        self._run("DELETE FROM pages")

    def print_state(self, print_id: str) -> PrintState:
        """Return what is known of a print."""
        found = self._value("SELECT state FROM prints WHERE id = ?", print_id)
        return PrintState(found) if isinstance(found, int) else PrintState.NEW

    def save_print(self, print_id: str, state: PrintState) -> None:
        """Keep what is known of a print; the oldest of more than `MAX_PRINTS` are forgotten."""
        if state is PrintState.NEW:
            self._run("DELETE FROM prints WHERE id = ?", print_id)
            return
        self._run(
            "INSERT INTO prints (id, state) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET state = excluded.state", print_id, state
        )
        if state is PrintState.BEGUN:
            self._run("DELETE FROM prints WHERE serial <= (SELECT max(serial) FROM prints) - ?", MAX_PRINTS)

    def _make_schema(self) -> None:
        found = self._connection.pragma("user_version")
        if found == SCHEMA_VERSION:
            return
        if found != 0:
            raise StorageError(f"{self._path}: schema {found} is of another version; move the file away and pair the page again")
        with self._connection:
            self._connection.execute(
                "CREATE TABLE pages (serial INTEGER PRIMARY KEY AUTOINCREMENT, token_hash BLOB NOT NULL UNIQUE) STRICT;"
                "CREATE TABLE prints (serial INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, state INTEGER NOT NULL)"
                " STRICT"
            )
            self._connection.pragma("user_version", SCHEMA_VERSION)

    def _value(self, query: str, *values: str | bytes | int) -> object:
        try:
            found: object = self._connection.execute(query, values).get
        except apsw.Error as error:
            raise self._failed(error) from error
        return found

    def _run(self, statement: str, *values: str | bytes | int) -> None:
        try:
            self._connection.execute(statement, values)
        except apsw.Error as error:
            raise self._failed(error) from error

    def _failed(self, error: apsw.Error) -> StorageError:
        return StorageError(f"{self._path}: {error}; check the disk, or move the file away and pair the page again")
