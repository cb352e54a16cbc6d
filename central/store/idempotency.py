"""The memory of requests that carry an Idempotency-Key.

Laws: the transaction of the use case claims the key, so that there is never an answer without its effect, or an effect without
its answer; a key is never forgotten within `KEPT_MS`.
"""

from dataclasses import dataclass

from sqlmodel import col, delete, select, update

from central.store.claims import claim_key
from central.store.tables.requests import IdempotentRequestRow
from central.store.unit_of_work import Work
from protocol.instants import Instant

KEPT_MS = 7 * 24 * 3600 * 1000


@dataclass(frozen=True, slots=True)
class Earlier:
    """What an earlier request with the same key did."""

    fingerprint: bytes
    outcome: str


async def first_use(work: Work, scope: str, key: str, fingerprint: bytes, now: Instant) -> Earlier | None:
    """Claim a key, or return the earlier claim. Of two requests at once, the second waits for the first one's transaction."""
    is_new = await claim_key(await work.connection(), scope, key, fingerprint, now)
    return None if is_new else await earlier_use(work, scope, key)


async def earlier_use(work: Work, scope: str, key: str) -> Earlier:
    """Return the earlier claim of a key."""
    found = (
        await work.session.exec(
            select(IdempotentRequestRow).where(
                col(IdempotentRequestRow.scope) == scope,
                col(IdempotentRequestRow.key) == key,
            )
        )
    ).one()
    return Earlier(found.fingerprint, found.outcome)


async def remember(work: Work, scope: str, key: str, outcome: str) -> None:
    """Store what the request that claimed the key has made."""
    claimed = col(IdempotentRequestRow.scope) == scope, col(IdempotentRequestRow.key) == key
    await work.session.exec(update(IdempotentRequestRow).where(*claimed).values(outcome=outcome))


async def forget_old(work: Work, now: Instant) -> None:
    """Delete keys that are older than the time in which clients repeat a request."""
    await work.session.exec(delete(IdempotentRequestRow).where(col(IdempotentRequestRow.asked_at) < now - KEPT_MS))
