"""The unit of work: one transaction a use case.

Laws: the changes of a use case commit as a whole or not at all; a task that a change must wake is woken after the commit, never
by a change that may still be undone.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlmodel.ext.asyncio.session import AsyncSession

from central.store import claims, leadership
from central.store.bulk import Values, insert_all
from central.store.columns import Table
from central.store.engine import ALONE, READ_ONLY, Database
from protocol.errors import StorageError


class Work:
    """One transaction, which begins at its first use: `session` for rows, `connection` for SQLAlchemy Core on hot paths."""

    def __init__(self, engine: AsyncEngine) -> None:
        """Take the function that gives a connection."""
        self._engine = engine
        self._connection: AsyncConnection | None = None
        self._session: AsyncSession | None = None
        self._rows: dict[type[Table], list[Values]] = {}
        self._hooks: list[Callable[[], None]] = []
        self.inserted: set[type[Table]] = set()

    @property
    def session(self) -> AsyncSession:
        """Return the session over the transaction."""
        if self._session is None:
            # Where the connection has a transaction already, the session leaves its end to the code that began it.
            of = self._connection or self._engine
            self._session = AsyncSession(of, expire_on_commit=False, join_transaction_mode="rollback_only")
        return self._session

    async def connection(self) -> AsyncConnection:
        """Return the connection. A session costs more than a statement: it is made only for callers that ask for it."""
        if self._connection is None:
            if self._session is not None:
                return await self._session.connection()
            self._connection = await self._engine.connect()
        return self._connection

    def insert(self, table: type[Table], rows: Iterable[Values]) -> None:
        """Let `write` insert rows, together with all others: parents before children, and all rows of a table alike."""
        self._rows.setdefault(table, []).extend(rows)
        self.inserted.add(table)

    async def write(self) -> None:
        """Write the rows that wait. The store calls it before the commit."""
        if self._session is not None:
            await self._session.flush()
        rows, self._rows = self._rows, {}
        if rows:
            await insert_all(await self.connection(), rows)

    async def commit(self) -> None:
        """Write the rows that wait, and end the transaction. The store calls it."""
        await self.write()
        if self._session is not None:
            await self._session.commit()
        if self._connection is not None:
            await self._connection.commit()

    async def close(self) -> None:
        """Give back the connection, and roll back the transaction if it has not ended. The store calls it."""
        if self._session is not None:
            await self._session.close()
        if self._connection is not None:
            await self._connection.close()

    def after_commit(self, hook: Callable[[], None]) -> None:
        """Call `hook` once the transaction is on the disk. A hook only wakes a task; it never fails and never waits."""
        self._hooks.append(hook)

    def run_hooks(self) -> None:
        """Run all hooks; the store calls it after the commit."""
        for hook in self._hooks:
            hook()


class Store:
    """Transactions on one database."""

    def __init__(self, database: Database) -> None:
        """Serve transactions on an open database."""
        self.database = database
        self._reading_engine = database.engine.execution_options(**{READ_ONLY: True})
        # A single statement needs no transaction around it: that saves two calls to the database.
        alone = {ALONE: True} if database.is_embedded else {"isolation_level": "AUTOCOMMIT"}
        self._asking_engine = database.engine.execution_options(**alone)
        self._wakes: dict[type[Table], Callable[[], None]] = {}

    def wake_at(self, table: type[Table], hook: Callable[[], None]) -> None:
        """Call `hook` after each commit of rows that `Work.insert` put into this table; it only wakes a task."""
        self._wakes[table] = hook

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Work]:
        """Yield a unit of work that commits at the end of the block, or rolls back at an exception.

        StorageError where the database fails, or where two transactions claimed the same name at once: then nothing is stored.
        FormerLeader where this is a leader's job and another process leads by now; KeyClaimed where the call repeats another one.
        """
        try:
            async with _closing(Work(self.database.engine)) as work:
                if leadership.is_fenced():
                    await leadership.require(await work.connection())
                claim = claims.waiting()
                if claim is None:
                    yield work
                    await work.commit()
                else:
                    async with claims.carried(claim, work):
                        yield work
        except (DBAPIError, PoolTimeoutError) as error:
            raise StorageError(f"the database refused: {error}; nothing of this request was kept, repeat it") from error
        work.run_hooks()
        for table in self._wakes.keys() & work.inserted:
            self._wakes[table]()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Work]:
        """Yield a unit of work that only reads; nothing of it is kept."""
        try:
            async with _closing(Work(self._reading_engine)) as work:
                yield work
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
        """Yield a unit of work for long reads: other requests go on meanwhile. It sees what is committed."""
        try:
            async with _closing(Work(self.database.long_reads)) as work:
                yield work
        except (DBAPIError, PoolTimeoutError) as error:
            raise StorageError(f"the database failed: {error}; repeat the request") from error

    async def close(self) -> None:
        """Close the database."""
        await self.database.close()


@asynccontextmanager
async def _closing(work: Work) -> AsyncIterator[Work]:
    """Close, also after an exception; a request that is cancelled meanwhile does not keep the connection."""
    try:
        yield work
    finally:
        await asyncio.shield(asyncio.ensure_future(work.close()))
