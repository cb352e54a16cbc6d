"""Who of several processes runs the jobs.

Laws: at most one leads at a time, as the database sees it; an embedded database has one process, which leads.
"""

from typing import Protocol

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from central.store.engine import Database

# Any number that no other program takes in the same database: "PAIF".
LOCK_NUMBER = 0x50414946


class Leader(Protocol):
    """Asked before each job of a leader."""

    async def leads(self) -> bool:
        """Whether this process leads now."""
        ...

    async def close(self) -> None:
        """Let another process lead."""
        ...


class OnlyProcess:
    """The leader of an embedded database."""

    async def leads(self) -> bool:
        """Whether this process leads: always."""
        return True

    async def close(self) -> None:
        """Do nothing."""


class AdvisoryLock:
    """The leader on PostgreSQL: whoever holds a session's advisory lock, which ends with its connection."""

    def __init__(self, database: Database) -> None:
        """Take the database; a connection of its own is opened at the first question."""
        self._database = database
        self._connection: AsyncConnection | None = None
        self._holds = False

    async def leads(self) -> bool:
        """Whether this process holds the lock, or gets it now."""
        try:
            if self._connection is None:
                self._connection = await self._database.engine.connect()
                self._holds = False
            asked = "SELECT true" if self._holds else f"SELECT pg_try_advisory_lock({LOCK_NUMBER})"
            self._holds = bool((await self._connection.execute(text(asked))).scalar_one())
            await self._connection.commit()
        except SQLAlchemyError:
            self._holds = False
            await self.close()
        return self._holds

    async def close(self) -> None:
        """Give the lock up."""
        connection, self._connection, self._holds = self._connection, None, False
        if connection is not None:
            await connection.invalidate()
            await connection.close()


def leader_of(database: Database) -> Leader:
    """Return who asks for leadership on this database."""
    return OnlyProcess() if database.is_embedded else AdvisoryLock(database)
