"""The unit of work: one transaction a use case.

Laws: what a use case changes commits as a whole or not at all; whoever must be woken by a change is woken after the commit,
never by a change that may yet be undone.
"""

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from central.store import leadership
from central.store.bulk import Values, insert_all
from central.store.columns import Table
from central.store.engine import READ_ONLY, Database
from protocol.errors import StorageError


@dataclass(slots=True)
class Work:
    """One transaction: `session` for rows, `await connection()` for SQLAlchemy Core on hot paths."""

    session: AsyncSession
    _hooks: list[Callable[[], None]] = field(default_factory=list)
    _rows: dict[type[Table], list[Values]] = field(default_factory=dict)
    _connection: AsyncConnection | None = None

    async def connection(self) -> AsyncConnection:
        """Return the session's connection, which asks the session once."""
        if self._connection is None:
            self._connection = await self.session.connection()
        return self._connection

    def insert(self, table: type[Table], rows: Iterable[Values]) -> None:
        """Have rows inserted by `write`, together with all others: parents before children, and all of a table alike."""
        self._rows.setdefault(table, []).extend(rows)

    async def write(self) -> None:
        """Write whatever waits; before the commit, the store does it."""
        if self.session.new or self.session.dirty or self.session.deleted:
            await self.session.flush()
        rows, self._rows = self._rows, {}
        if rows:
            await insert_all(await self.connection(), rows)

    def after_commit(self, hook: Callable[[], None]) -> None:
        """Call `hook` once the transaction is on the disk. A hook only wakes somebody; it never fails and never waits."""
        self._hooks.append(hook)

    def run_hooks(self) -> None:
        """Wake everybody; called by the store after the commit."""
        for hook in self._hooks:
            hook()


class Store:
    """Transactions on one database."""

    def __init__(self, database: Database) -> None:
        """Serve transactions on an open database."""
        self.database = database
        self._reading_engine = database.engine.execution_options(**{READ_ONLY: True})
        # A statement by itself needs no transaction around it on PostgreSQL: two ways to the database less.
        alone = {} if database.is_embedded else {"isolation_level": "AUTOCOMMIT"}
        self._asking_engine = self._reading_engine.execution_options(**alone)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Work]:
        """Yield a unit of work that commits at the end of the block, or rolls back at an exception.

        StorageError where the database fails, or where two at once claimed the same name; nothing of it happened. FormerLeader
        where this is a leader's job and another process leads by now.
        """
        async with AsyncSession(self.database.engine, expire_on_commit=False) as session:
            work = Work(session)
            try:
                if leadership.is_fenced():
                    await leadership.require(await session.connection())
                yield work
                await work.write()
                await session.commit()
            except (DBAPIError, PoolTimeoutError) as error:
                raise StorageError(f"the database refused: {error}; nothing of this request was kept, repeat it") from error
        work.run_hooks()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Work]:
        """Yield a unit of work that only reads; nothing of it is kept."""
        async with AsyncSession(self._reading_engine, expire_on_commit=False) as session:
            try:
                yield Work(session)
            except (DBAPIError, PoolTimeoutError) as error:
                raise StorageError(f"the database failed: {error}; repeat the request") from error

    @asynccontextmanager
    async def asking(self) -> AsyncIterator[AsyncConnection]:
        """Yield a connection for one statement that reads, where every request pays for it."""
        try:
            async with self._asking_engine.connect() as connection:
                yield connection
        except (DBAPIError, PoolTimeoutError) as error:
            raise StorageError(f"the database failed: {error}; repeat the request") from error

    @asynccontextmanager
    async def querying(self) -> AsyncIterator[Work]:
        """Yield a unit of work for what takes long to read: other requests go on meanwhile. It sees what is committed."""
        async with AsyncSession(self.database.long_reads, expire_on_commit=False) as session:
            try:
                yield Work(session)
            except (DBAPIError, PoolTimeoutError) as error:
                raise StorageError(f"the database failed: {error}; repeat the request") from error

    async def close(self) -> None:
        """Close the database."""
        await self.database.close()
