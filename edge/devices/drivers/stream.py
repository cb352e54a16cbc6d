"""The events of a driver, across reconnects.

Laws: a stream never ends and never raises; it is bounded: where its reader stops, it drops the oldest items.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Generic, TypeVar

MAX_WAITING = 1_000

Item = TypeVar("Item")


class Stream(Generic[Item]):
    """A bounded queue with one reader."""

    def __init__(self) -> None:
        self._waiting: asyncio.Queue[Item] = asyncio.Queue(MAX_WAITING)

    def put(self, item: Item) -> None:
        """Add an item; drop the oldest if the reader is `MAX_WAITING` behind."""
        if self._waiting.full():
            self._waiting.get_nowait()
        self._waiting.put_nowait(item)

    async def items(self) -> AsyncIterator[Item]:
        """Yield items for ever."""
        while True:
            yield await self._waiting.get()
