"""The fence around what a leader writes.

A process that begins to lead takes the next number. A transaction of a leader's job reads the number and locks it until the
transaction ends, so that another process can begin to lead only after it. A process that no longer leads, and does not know it,
is refused because its number is old.
Laws: the number rises with each leadership and never goes back; a refusal ends the run of the job that meets it, and nothing
else.
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
    """This process no longer leads: another one has begun to."""


@contextmanager
def fenced(token: int) -> Iterator[None]:
    """Let transactions that begin in this block, and in the tasks that it starts, commit only while this leadership lasts."""
    before = _token.set(token)
    try:
        yield
    finally:
        _token.reset(before)


async def begin(connection: AsyncConnection) -> int:
    """Begin to lead: return the number that shuts out all earlier leaders."""
    return await connection.run_sync(counters.raised, counters.LEADERSHIP)


async def require(connection: AsyncConnection) -> None:
    """Raise FormerLeader where this code runs in a block of a leadership that is over."""
    token = _token.get()
    if token is None:
        return
    current = (await connection.execute(_HELD)).scalar_one_or_none()
    if current != token:
        raise FormerLeader(f"leadership {token} is over, {current} leads; this run ends here, and the leader runs it")


def is_fenced() -> bool:
    """Return whether this code runs in a leader's block."""
    return _token.get() is not None
