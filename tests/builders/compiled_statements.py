"""Compiled SQL that all databases of a test run share.

SQLAlchemy compiles a statement once for each engine, and each test has an engine of its own: without this, a third of the
time of central's tests goes into compiling the same statements. Engines of one kind have equal dialects here, because
`central.store.engine` makes them alike.
"""

from sqlalchemy import Connection, Engine, event
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.dialects.sqlite.aiosqlite import SQLiteDialect_aiosqlite
from sqlalchemy.util import LRUCache

MOST_STATEMENTS = 4_000
_CACHE: LRUCache[object, object] = LRUCache(MOST_STATEMENTS)


def share_compiled_statements() -> None:
    """Let every engine that is made from now on use one cache."""
    for kind in (SQLiteDialect_aiosqlite, PGDialect_asyncpg):
        kind.__hash__ = lambda self: hash(type(self))  # type: ignore[method-assign]
        kind.__eq__ = lambda self, other: type(self) is type(other)  # type: ignore[method-assign]
    event.listen(Engine, "engine_connect", _look_in_the_shared_cache)


def _look_in_the_shared_cache(connection: Connection) -> None:
    connection.execution_options(compiled_cache=_CACHE)
