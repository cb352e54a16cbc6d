"""Copies of small tables in memory, for decisions that are made often.

Laws: a copy is as the tables were at the version that the caller read in its own transaction (`store.settings_version`), or
later; when the tables change while a copy is read, it is read again.
"""

from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from central.store import settings_version
from central.store.unit_of_work import Work
from protocol.errors import StorageError

MOST_READINGS = 5
KeyT = TypeVar("KeyT")
CopyT = TypeVar("CopyT")


class InMemory(Generic[KeyT, CopyT]):
    """Keeps each copy as long as its version is the current one."""

    def __init__(self, read: Callable[[Work, KeyT], Awaitable[CopyT]]) -> None:
        """Take the function that reads a copy from the tables."""
        self._read = read
        self._held: dict[KeyT, tuple[int, CopyT]] = {}

    async def at(self, work: Work, key: KeyT, version: int) -> CopyT:
        """Return the copy of that key; `version` is what `store.settings_version` returns in this transaction."""
        held = self._held.get(key)
        if held is not None and held[0] == version:
            return held[1]
        read = await self._read_at_rest(work, key)
        self._held[key] = read
        return read[1]

    def held(self, key: KeyT) -> tuple[int, CopyT] | None:
        """Return the copy of that key as it was last read, with its version; it may be out of date."""
        return self._held.get(key)

    async def _read_at_rest(self, work: Work, key: KeyT) -> tuple[int, CopyT]:
        connection = await work.connection()
        before = await settings_version.version(connection)
        for _ in range(MOST_READINGS):
            # Rows that the session has read before must not hide what has changed since.
            work.session.expire_all()
            copy = await self._read(work, key)
            after = await settings_version.version(connection)
            if after == before:
                return after, copy
            before = after
        raise StorageError(f"the settings changed {MOST_READINGS} times while they were read; repeat the request")
