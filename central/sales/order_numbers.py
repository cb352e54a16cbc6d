"""The values that a sale reads before it is made, in as few statements as the database allows: one on PostgreSQL.

Tables of other slices stand in these statements, because each statement is a round trip, which costs more than the query itself.
Laws: the request's key is claimed before anything else, and names the order's number from then on; a later refusal undoes the
claim too.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, String, bindparam, cast, exists, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import ReturningInsert

from central.domain.idempotency import IdempotencyKey
from central.store import counters
from central.store.idempotency import Earlier, earlier_use
from central.store.prepared import Prepared, Row, among_numbers, the_numbers
from central.store.row_numbers import next_of
from central.store.tables.metadata import METADATA
from central.store.tables.money import OrderRow
from central.store.tables.payments import PaymentRow
from central.store.unit_of_work import Work
from protocol.identifiers import TicketId
from protocol.instants import Instant
from protocol.tickets.short_number import number_of


@dataclass(frozen=True, slots=True)
class Opened:
    """The numbers that an order and its payment will have, and the version of the small tables.

    `ids_are_free`: the ids that were drawn for the order have different short numbers, and no ticket has one of them.
    """

    order_id: int
    payment_id: int
    tables_version: int
    ids_are_free: bool


async def claim(work: Work, once: IdempotencyKey, ids: Sequence[TicketId], now: Instant) -> Opened | Earlier:
    """Claim a request's key for an order, or return what it did before. Of two at once, the second waits for the first."""
    said = {"scope": once.scope, "key": once.key, "fingerprint": once.fingerprint, "asked_at": now}
    numbers = [int(number_of(one)) for one in ids]

    def claimed(connection: Connection) -> Row:
        given = the_numbers(connection, numbers)
        if connection.dialect.name != "sqlite":
            return _AT_ONCE.rows(connection, said | {"numbers": given})[0]
        order_ids = _CLAIM.rows(connection, said)
        return _LOOK.rows(connection, {"order_id": order_ids[0][0], "numbers": given})[0] if order_ids else _NOT_CLAIMED

    outcome, payment_id, tables_version, is_taken = await (await work.connection()).run_sync(claimed)
    if outcome is None:
        return await earlier_use(work, once.scope, once.key)
    is_free = not is_taken and len(set(numbers)) == len(numbers)
    return Opened(int(outcome), payment_id, tables_version, is_free)


def _claim(dialect: str) -> ReturningInsert[Any]:
    upsert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    names = ("scope", "key", "fingerprint", "asked_at")
    values: dict[str, ColumnElement[Any]] = {name: bindparam(name, type_=_request.c[name].type) for name in names}
    claimed = upsert(_request).values(**values, outcome=cast(next_of(OrderRow, dialect), String))
    return claimed.on_conflict_do_nothing().returning(_request.c.outcome)


def _look(dialect: str, outcome: ColumnElement[str]) -> Select[str, int, int, bool]:
    taken = among_numbers(dialect, _ticket.c.short_number, "numbers")
    return select(
        outcome.label("outcome"),
        next_of(PaymentRow, dialect).label("payment_id"),
        counters.value_of(counters.SMALL_TABLES).label("tables_version"),
        exists().where(taken).label("is_taken"),
    )


def _at_once(dialect: str) -> Select[str, int, int, bool]:
    return _look(dialect, select(_claim(dialect).cte("claimed").c.outcome).scalar_subquery())


_request, _ticket = METADATA.tables["idempotent_request"], METADATA.tables["ticket"]
_NOT_CLAIMED = (None, 0, 0, False)
_CLAIM = Prepared(_claim)
_LOOK = Prepared(lambda dialect: _look(dialect, bindparam("order_id", type_=String)))
_AT_ONCE = Prepared(_at_once)
