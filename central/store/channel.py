"""What the processes over one database tell each other: PostgreSQL's LISTEN and NOTIFY.

Laws: each process listens on one connection; a process hears what a transaction tells after the commit, or never. When the
connection is lost, the process makes it again and treats everything as told, because it cannot know what it missed. The embedded
database has one process: it has no other to tell.
"""

import asyncio
from collections.abc import Callable
from enum import StrEnum
from typing import Any

import asyncpg
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from central.store.engine import Database
from central.store.unit_of_work import Work
from protocol.errors import StorageError

NAME = "paifang"
FIRST_PAUSE_S = 0.25
LONGEST_PAUSE_S = 30.0


class Message(StrEnum):
    """What a process tells: something waits to be published; something was published; live streams have something to tell."""

    WORK = "work"
    PUBLISHED = "published"
    LIVE = "live"


_MESSAGES = {message.value: message for message in Message}


class Channel:
    """How this process hears the others. Lifetime: `wait` and `work` take turns in a loop; `close` at the end."""

    def __init__(self, database: Database, heard: Callable[[Message], None]) -> None:
        """Take the database, and what to call with each message; it only wakes a task."""
        self._database = database
        self._heard = heard
        self._connection: AsyncConnection | None = None
        self._is_lost = asyncio.Event()
        self._pause_s = 0.0
        if not database.is_embedded:
            self._is_lost.set()

    async def tell(self, work: Work, message: Message) -> None:
        """Tell all processes, when this transaction commits."""
        if not self._database.is_embedded:
            connection = await work.connection()
            await connection.execute(text("SELECT pg_notify(:name, :message)"), {"name": NAME, "message": message.value})

    async def wait(self) -> None:
        """Wait while there is no connection; each failure in a row makes the wait longer."""
        await self._is_lost.wait()
        await asyncio.sleep(self._pause_s)

    async def work(self) -> None:
        """Listen; StorageError where the database cannot be reached."""
        self._pause_s = min(LONGEST_PAUSE_S, max(FIRST_PAUSE_S, 2 * self._pause_s))
        await self._hang_up()
        try:
            self._connection = await self._database.engine.connect()
            driver: Any = (await self._connection.get_raw_connection()).driver_connection
            driver.add_termination_listener(self._lost)
            await driver.add_listener(NAME, self._hear)
        except (SQLAlchemyError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
            raise StorageError(f"the database cannot be listened to: {error}; it is tried again") from error
        self._pause_s = 0.0
        self._is_lost.clear()
        for message in Message:
            self._heard(message)

    async def close(self) -> None:
        """Listen no longer."""
        self._is_lost.clear()
        await self._hang_up()

    async def _hang_up(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.invalidate()
            await connection.close()

    def _lost(self, _driver: Any) -> None:  # noqa: ANN401 - the driver states no types
        self._is_lost.set()

    def _hear(self, _driver: Any, _process: int, _channel: str, said: str) -> None:  # noqa: ANN401 - the driver states no types
        message = _MESSAGES.get(said)
        if message is not None:
            self._heard(message)
