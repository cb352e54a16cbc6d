"""One reading at a time, however many ask.

Laws: callers that come while a reading runs share it; a caller waits for a stated time at most; a reading that is late is left to
its end, because a broken one would cost the database a connection; a fault of the storage is no answer.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from sqlalchemy.exc import SQLAlchemyError

from protocol.errors import StorageError

ReadT = TypeVar("ReadT")
_log = logging.getLogger("paifang.metrics")


class OneAtATime(Generic[ReadT]):
    """A reading that several callers may ask for at once."""

    def __init__(self, read: Callable[[], Awaitable[ReadT]], within_s: float) -> None:
        """Take the reading, and how long a caller waits for it."""
        self._read = read
        self._within_s = within_s
        self._task: asyncio.Task[ReadT | None] | None = None

    async def ask(self) -> ReadT | None:
        """Return what was read, or None where the storage fails or is late."""
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._answer())
        done, _ = await asyncio.wait((self._task,), timeout=self._within_s)
        return self._task.result() if done else None

    async def finished(self) -> None:
        """Wait until no reading runs."""
        if self._task is not None:
            await asyncio.wait((self._task,))

    async def _answer(self) -> ReadT | None:
        try:
            return await self._read()
        except (StorageError, SQLAlchemyError, OSError) as error:
            _log.warning("the database gave no answer: %s", type(error).__name__)
            return None
