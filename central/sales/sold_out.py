"""Refuses what was sold out a moment ago by one query, without a transaction: in a flash sale most buyers come too late.

Laws: memory only chooses the way. The database says, at one moment, that nothing is left, that the catalogue is the one by which
the places were counted, and that the same request has not sold before. Any doubtful case goes the usual way.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import Date, LargeBinary, Select, String, bindparam, exists, func, select

from central.domain.idempotency import IdempotencyKey
from central.sales.rules.quotas import NO_PERSON, QuotaKey, Take, refused
from central.store import counters
from central.store.prepared import Prepared
from central.store.tables.metadata import METADATA
from central.store.unit_of_work import Store
from protocol.identifiers import TicketTypeId

MOST_KEPT = 256


class SoldOut:
    """Remembers which places were all taken."""

    def __init__(self, store: Store) -> None:
        """Take the store."""
        self._store = store
        self._full: dict[QuotaKey, None] = {}

    def note(self, takes: Iterable[Take]) -> None:
        """Remember the places of an order that was refused because some were missing; the oldest ones are forgotten."""
        self._full |= {take.key: None for take in takes if take.key.person == NO_PERSON}
        while len(self._full) > MOST_KEPT:
            del self._full[next(iter(self._full))]

    def may_concern(self, types: Iterable[TicketTypeId]) -> bool:
        """Return whether places of one of these types were all taken."""
        return not {key.ticket_type for key in self._full}.isdisjoint(types)

    async def look(self, takes: Sequence[Take], tables_version: int, once: IdempotencyKey) -> None:
        """Raise Problem where a place is still all taken, and the request is new; forget places that are free again."""
        take = next((one for one in takes if one.key in self._full), None)
        if take is None:
            return
        key = take.key
        said = {"type": key.ticket_type, "day": key.day, "slot": key.slot_start, "scope": once.scope, "key": once.key}
        async with self._store.asking() as connection:
            ((taken, is_claimed, version),) = await connection.run_sync(_LOOK.rows, said)
        if is_claimed or version != tables_version:
            return
        if taken + take.persons > take.most:
            raise refused(take, max(take.most - taken, 0))
        self._full.pop(key, None)


def _look(_dialect: str) -> Select[int, bool, int]:
    quota, request = METADATA.tables["sale_quota"], METADATA.tables["idempotent_request"]
    of_place = (
        quota.c.ticket_type_id == bindparam("type", type_=quota.c.ticket_type_id.type),
        quota.c.day == bindparam("day", type_=Date()),
        quota.c.slot_start == bindparam("slot", type_=quota.c.slot_start.type),
        quota.c.person == bindparam("no_person", NO_PERSON, type_=LargeBinary()),
    )
    of_request = (
        request.c.scope == bindparam("scope", type_=String()),
        request.c.key == bindparam("key", type_=String()),
    )
    return select(
        func.coalesce(select(quota.c.taken).where(*of_place).scalar_subquery(), 0),
        exists().where(*of_request),
        counters.value_of(counters.SMALL_TABLES),
    )


_LOOK = Prepared(_look)
