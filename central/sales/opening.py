"""What a sale needs of the database before it is made, in as few statements as the database allows: one on PostgreSQL.

Tables of other slices stand in these statements, because a statement is a round trip and costs more than what it asks.
Laws: the request's key is claimed before anything else, and names the order's number from then on; whatever is refused later is
undone with it.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Connection,
    Row,
    Select,
    String,
    Table,
    any_,
    bindparam,
    cast,
    exists,
    func,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import ReturningInsert

from central.store import counters
from central.store.idempotency import Earlier, earlier_use
from central.store.row_numbers import next_of
from central.store.tables.metadata import METADATA
from central.store.tables.money import OrderRow
from central.store.tables.payments import PaymentRow
from central.store.unit_of_work import Work
from central.web.idempotency import IdempotencyKey
from protocol.identifiers import TicketId
from protocol.instants import Instant
from protocol.tickets.short_number import number_of


@dataclass(frozen=True, slots=True)
class Opened:
    """The numbers that an order and its payment will have, and the version of the small tables.

    `ids_are_free`: the ids that were drawn for the order have short numbers that no ticket has, each its own.
    """

    order_id: int
    payment_id: int
    tables_version: int
    ids_are_free: bool


async def claim(work: Work, once: IdempotencyKey, ids: Sequence[TicketId], now: Instant) -> Opened | Earlier:
    """Claim a request's key for an order, or return what it did before. Of two at once, the second waits for the first."""
    said = {"scope": once.scope, "key": once.key, "fingerprint": once.fingerprint, "at": now}
    numbers = [int(number_of(one)) for one in ids]

    def claimed(connection: Connection) -> Row[str, int, int, bool] | None:
        if connection.dialect.name != "sqlite":
            return connection.execute(_AT_ONCE, said | {"numbers": numbers}).one()
        order_id = connection.execute(_CLAIM, said).scalar()
        asked = {"order_id": order_id, "numbers": json.dumps(numbers)}
        return None if order_id is None else connection.execute(_LOOK, asked).one()

    found = await (await work.connection()).run_sync(claimed)
    if found is None or found.reference is None:
        return await earlier_use(work, once.scope, once.key)
    is_free = not found.is_taken and len(set(numbers)) == len(numbers)
    return Opened(int(found.reference), found.payment_id, found.tables_version, is_free)


def _claim(upsert: Callable[[Table], postgresql.Insert | sqlite.Insert], dialect: str) -> ReturningInsert[Any]:
    values: dict[str, ColumnElement[Any]] = {name: bindparam(name) for name in ("scope", "key", "fingerprint", "at")}
    claimed = upsert(_request).values(**values, reference=cast(next_of(OrderRow, dialect), String))
    return claimed.on_conflict_do_nothing().returning(_request.c.reference)


def _look(dialect: str, reference: ColumnElement[str], taken: ColumnElement[bool]) -> Select[str, int, int, bool]:
    return select(
        reference.label("reference"),
        next_of(PaymentRow, dialect).label("payment_id"),
        counters.value_of(counters.SMALL_TABLES).label("tables_version"),
        exists().where(taken).label("is_taken"),
    )


_request, _ticket = METADATA.tables["idempotent_request"], METADATA.tables["ticket"]
_CLAIM = _claim(sqlite.insert, "sqlite")
_LOOK = _look(
    "sqlite",
    bindparam("order_id", type_=String),
    _ticket.c.short_number.in_(select(func.json_each(bindparam("numbers")).table_valued("value").c.value)),
)
_claimed = _claim(postgresql.insert, "postgresql").cte("claimed")
_AT_ONCE = _look(
    "postgresql",
    select(_claimed.c.reference).scalar_subquery(),
    _ticket.c.short_number == any_(bindparam("numbers", type_=ARRAY(BigInteger))),
)
