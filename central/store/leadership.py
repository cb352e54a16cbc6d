"""The fence around what a leader writes.

Whoever begins to lead takes the next number; a transaction of a leader's job reads the number, and holds it to its end, so that
another one can begin to lead only after it. A process that leads no longer and does not know it is refused by its old number.
Laws: the number rises with each leadership and never goes back; a refusal ends the run that it meets, and nothing else.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from central.store import counters
from central.store.tables.metadata import METADATA
from protocol.errors import StorageError

_COUNTER = METADATA.tables["counter"]
_HELD = select(_COUNTER.c.value).where(_COUNTER.c.name == counters.LEADERSHIP).with_for_update(read=True)
_token: ContextVar[int | None] = ContextVar("leadership", default=None)


class FormerLeader(StorageError):
    """This process leads no longer: another one has begun to."""


@contextmanager
def fenced(token: int) -> Iterator[None]:
    """Let every transaction that begins in this block, and in the tasks that it starts, stand only while this leadership does."""
    before = _token.set(token)
    try:
        yield
    finally:
        _token.reset(before)


async def begin(connection: AsyncConnection) -> int:
    """Begin to lead: return the number that fences off all leaders before."""
    return await connection.run_sync(counters.raised, counters.LEADERSHIP)


async def require(connection: AsyncConnection) -> None:
    """Raise FormerLeader where this runs in a block of a leadership that is over."""
    token = _token.get()
    if token is None:
        return
    current = (await connection.execute(_HELD)).scalar_one_or_none()
    if current != token:
        raise FormerLeader(f"leadership {token} is over, {current} leads; this run ends here, and the leader runs it")


def is_fenced() -> bool:
    """Whether this runs in a leader's block."""
    return _token.get() is not None
