"""The driver of the embedded database: SQLite's own calls, without a thread for calls that take microseconds.

aiosqlite sends each call through a queue to a thread. One query makes four such calls (cursor, statement, rows, close), which
cost several times what SQLite needs. This driver runs a statement in the calling thread. What waits for the disk (a commit and
its checkpoint) or runs long (many rows written at once) still goes to the thread.
Laws: one call at a time on a connection, as SQLAlchemy's pool hands it out; nothing but `engine` uses this.
"""

import sqlite3
from collections.abc import Callable
from typing import TypeVar

import aiosqlite
from sqlalchemy.engine import URL

_Result = TypeVar("_Result")
_ROWS_AT_ONCE = 64  # as aiosqlite's own, for cursors that are iterated
# These calls go to the thread: they fsync, or take long because they have many rows. A cursor's `close` does neither.
_LONG = frozenset({"commit", "executemany", "executescript", "backup"})


class EmbeddedConnection(aiosqlite.Connection):
    """An aiosqlite connection that runs short calls at once."""

    async def _execute(self, fn: Callable[..., _Result], *args: object, **kwargs: object) -> _Result:
        if self._connection is None or fn == self._connection.close or getattr(fn, "__name__", "") in _LONG:
            result: _Result = await super()._execute(fn, *args, **kwargs)  # type: ignore[no-untyped-call]  # aiosqlite states no types
            return result
        return fn(*args, **kwargs)


async def connect(url: URL) -> EmbeddedConnection:
    """Return an open connection to the file that a URL names."""
    file = url.database
    assert file is not None, "the engine has checked that the URL names a file"

    def opened() -> sqlite3.Connection:
        # This thread and the thread of the event loop use it, never both at once.
        return sqlite3.connect(file, check_same_thread=False)

    connection = EmbeddedConnection(opened, _ROWS_AT_ONCE)
    connection._thread.daemon = True  # noqa: SLF001 - as SQLAlchemy does for its own connections: a program's end waits for no thread
    await connection
    return connection
