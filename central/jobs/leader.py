"""The leader: the one of several processes that runs the jobs and publishes.

Laws: at most one process leads at a time, as the database sees it; each leadership has its own number, by which the database
refuses the transactions of a former leader (`store.leadership`); an embedded database has one process, which leads.
"""

import asyncio
from typing import Protocol

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from central.store import leadership
from central.store.engine import Database

# A number that no other program takes in the same database: "PAIF".
LOCK_NUMBER = 0x50414946
# How long a new leader waits for a transaction of the former one; then it gives up until it is asked again.
LOCK_WAIT_MS = 2_000


class Leader(Protocol):
    """Asked before each job of a leader."""

    @property
    def leads(self) -> bool:
        """Return whether this process led at the last question."""
        ...

    async def token(self) -> int | None:
        """Return the number of this process's leadership, or None where another process leads."""
        ...

    async def close(self) -> None:
        """Let another process lead."""
        ...


class OnlyProcess:
    """The leader of an embedded database."""

    def __init__(self, database: Database) -> None:
        """Take the database; leadership begins at the first question."""
        self._database = database
        self._token: int | None = None

    @property
    def leads(self) -> bool:
        """Whether this process leads: always."""
        return True

    async def token(self) -> int | None:
        """Return the number of this leadership."""
        if self._token is None:
            async with self._database.engine.begin() as connection:
                self._token = await leadership.begin(connection)
        return self._token

    async def close(self) -> None:
        """End this leadership; the database itself keeps other processes out."""
        self._token = None


class AdvisoryLock:
    """The leader on PostgreSQL: the process that holds a session's advisory lock, which ends with its connection."""

    def __init__(self, database: Database) -> None:
        """Take the database; the first question opens a connection of its own."""
        self._database = database
        self._connection: AsyncConnection | None = None
        self._token: int | None = None
        self._one_at_a_time = asyncio.Lock()

    @property
    def leads(self) -> bool:
        """Return whether this process held the lock at the last question."""
        return self._token is not None

    async def token(self) -> int | None:
        """Return the number under which this process holds the lock; take the lock where no process holds it."""
        async with self._one_at_a_time:
            try:
                self._token = await self._held(self._connection or await self._connect())
            except (SQLAlchemyError, OSError):
                await self.close()
            return self._token

    async def close(self) -> None:
        """Release the lock."""
        connection, self._connection, self._token = self._connection, None, None
        if connection is not None:
            await connection.invalidate()
            await connection.close()

    async def _connect(self) -> AsyncConnection:
        connection = await self._database.engine.connect()
        self._connection = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await self._connection.execute(text(f"SET lock_timeout = {LOCK_WAIT_MS}"))
        return self._connection

    async def _held(self, connection: AsyncConnection) -> int | None:
        if self._token is not None:
            await connection.execute(text("SELECT true"))
            return self._token
        got = (await connection.execute(text(f"SELECT pg_try_advisory_lock({LOCK_NUMBER})"))).scalar_one()
        return await leadership.begin(connection) if got else None


def leader_of(database: Database) -> Leader:
    """Return the leader of this database's kind."""
    return OnlyProcess(database) if database.is_embedded else AdvisoryLock(database)
