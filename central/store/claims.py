"""The claim of an Idempotency-Key for a whole call: its effect and its key are stored by one transaction.

The edge of the web opens a claim around a call. The first transaction of the call that writes anything stores the key with it.
The services know nothing of it.
Laws: a transaction that carries the claim begins with the key, so that of two calls at once the second waits and has no effect; a
call that wrote nothing leaves no key; only one transaction of a call carries the claim at a time.
"""

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

from sqlalchemy import Connection, Engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from central.domain.idempotency import KeyClaimed
from central.store.tables.requests import IdempotentRequestRow
from protocol.instants import Instant

_WRITES = re.compile(r"\b(?:INSERT\s+INTO|DELETE\s+FROM|UPDATE\s+(?!(?:OF|SKIP|NOWAIT|SET)\b)[\"\w])", re.IGNORECASE)
_WRITTEN = "paifang_written_in_claim"
STATEMENTS_KEPT = 1_024


@dataclass(slots=True)
class Claim:
    """The key of a call. `is_carried`: a transaction has it. `is_held`: that is on the disk. `is_over`: the call has ended."""

    scope: str
    key: str
    fingerprint: bytes
    asked_at: Instant
    is_carried: bool = False
    is_held: bool = False
    is_over: bool = False


class Carrier(Protocol):
    """What a claim needs of a unit of work."""

    async def connection(self) -> AsyncConnection:
        """Return the connection of its transaction."""
        ...

    async def write(self) -> None:
        """Write the rows that wait."""
        ...

    async def commit(self) -> None:
        """End the transaction."""
        ...


_claim: ContextVar[Claim | None] = ContextVar("claim", default=None)


@contextmanager
def claiming(claim: Claim) -> Iterator[Claim]:
    """Let the first transaction in this block that writes anything store the key; tasks that outlive the block never do."""
    before = _claim.set(claim)
    try:
        yield claim
    finally:
        claim.is_over = True
        _claim.reset(before)


@contextmanager
def aside() -> Iterator[None]:
    """Let what this block writes be no effect of the call: it counts tries, and leaves the key free."""
    before = _claim.set(None)
    try:
        yield
    finally:
        _claim.reset(before)


def waiting() -> Claim | None:
    """Return the claim that the next transaction of this code carries."""
    claim = _claim.get()
    return None if claim is None or claim.is_carried or claim.is_held or claim.is_over else claim


@asynccontextmanager
async def carried(claim: Claim, work: Carrier) -> AsyncIterator[None]:
    """Begin a transaction with the key, and commit it where more than the key was written; KeyClaimed where the key is stored."""
    claim.is_carried = True
    try:
        connection = await work.connection()
        if not await claim_key(connection, claim.scope, claim.key, claim.fingerprint, claim.asked_at):
            raise KeyClaimed
        await connection.run_sync(_forget)
        yield
        await work.write()
        if await connection.run_sync(_has_written):
            await work.commit()
            claim.is_held = True
    finally:
        claim.is_carried = False


async def claim_key(connection: AsyncConnection, scope: str, key: str, fingerprint: bytes, now: Instant) -> bool:
    """Store a key; False where it is stored. Of two at once, the second waits for the first one's transaction."""
    insert = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert
    values = {"scope": scope, "key": key, "fingerprint": fingerprint, "outcome": "", "asked_at": now}
    added = await connection.execute(insert(IdempotentRequestRow).values(**values).on_conflict_do_nothing())
    return bool(added.rowcount)


def note_writes(engine: Engine) -> None:
    """Note of every transaction of this engine that carries a claim whether it writes."""
    event.listen(engine, "before_cursor_execute", _note)


@lru_cache(STATEMENTS_KEPT)
def writes(statement: str) -> bool:
    """Return whether a statement, as it is sent, writes; one that locks rows does not."""
    return _WRITES.search(statement) is not None


def _note(connection: Connection, _cursor: Any, statement: str, *_how: Any) -> None:  # noqa: ANN401 - any arguments of the driver
    if _claim.get() is not None and writes(statement):
        connection.info[_WRITTEN] = True


def _forget(connection: Connection) -> None:
    connection.info.pop(_WRITTEN, None)


def _has_written(connection: Connection) -> bool:
    return bool(connection.info.pop(_WRITTEN, False))
