"""The kept events as rows: read in the order of positions, and purged.

Laws: on PostgreSQL a row's number is given before its commit, so a reader goes up to the oldest transaction that still runs: no
row below it can appear later. On SQLite one writer commits in the order of rows. The newest purged row stays as a mark, so that
a position before it is known to be too old.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, delete, func, select, text, tuple_, update
from sqlmodel import col

from central.live.rules.positions import BEGINNING, Position
from central.live_events.kinds import LiveKind
from central.store.tables.live import LiveEventRow
from central.store.tables.money import OrderRow
from central.store.tables.tickets import TicketRow
from central.store.unit_of_work import Store, Work
from protocol.instants import MS_PER_MINUTE, Instant

KEPT_MS = 24 * 60 * MS_PER_MINUTE
MOST_KEPT = 100_000
MOST_READ = 500
PURGED = "purged"
_position = tuple_(col(LiveEventRow.xid), col(LiveEventRow.id))
_IN_ORDER = col(LiveEventRow.xid), col(LiveEventRow.id)
_NEWEST_FIRST = col(LiveEventRow.xid).desc(), col(LiveEventRow.id).desc()
_OLDEST_RUNNING = text(
    "SELECT pg_snapshot_xmin(one.now)::text::bigint, EXISTS (SELECT 1 FROM live_event "
    "WHERE xid >= pg_snapshot_xmin(one.now)::text::bigint) FROM (SELECT pg_current_snapshot() AS now) AS one"
)
# After a restore into another installation, rows of transactions that are still to come.
_FROM_ELSEWHERE = text("DELETE FROM live_event WHERE xid >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint")


@dataclass(frozen=True, slots=True)
class Horizon:
    """Up to where all events are final. `holds_back`: later ones wait for a transaction that still runs."""

    position: Position
    holds_back: bool


@dataclass(frozen=True, slots=True)
class KeptEvent:
    """An event, with what its ticket and order say."""

    position: Position
    kind: LiveKind
    told_at: Instant
    site_id: int | None
    user_id: int | None
    ticket_id: int | None
    ticket_type_id: int | None
    order_id: int | None
    seller_id: int | None
    channel: str | None
    data: str


async def horizon(work: Work) -> Horizon:
    """Return up to where events can be read now."""
    connection = await work.connection()
    if connection.dialect.name == "sqlite":
        newest = (await connection.execute(select(func.coalesce(func.max(LiveEventRow.id), 0)))).scalar_one()
        return Horizon(Position(0, int(newest or 0)), holds_back=False)
    oldest, holds_back = (await connection.execute(_OLDEST_RUNNING)).one()
    return Horizon(Position(oldest, 0), holds_back=holds_back)


async def floor(work: Work) -> Position:
    """Return the position after which all events are kept."""
    columns: tuple[Any, ...] = (col(LiveEventRow.kind), *_IN_ORDER)
    first = (await (await work.connection()).execute(select(*columns).order_by(*_IN_ORDER).limit(1))).first()
    return BEGINNING if first is None or first[0] != PURGED else Position(int(first[1]), int(first[2] or 0))


async def between(work: Work, after: Position, until: Position) -> tuple[KeptEvent, ...]:
    """Return the first events after a position, up to another; `MOST_READ` at most, and none of a kind of another version."""
    query = _events().where(_position > (after.xid, after.row), _position <= (until.xid, until.row))
    found = await (await work.connection()).execute(query.order_by(*_IN_ORDER).limit(MOST_READ))
    return tuple(KeptEvent(Position(xid, row), LiveKind(kind), *said) for xid, row, kind, *said in found)


def _events() -> Select[*tuple[Any, ...]]:
    row, ticket, order = LiveEventRow, TicketRow, OrderRow
    order_id = func.coalesce(col(row.order_id), col(ticket.order_id))
    columns: tuple[Any, ...] = (
        *_IN_ORDER,
        col(row.kind),
        col(row.told_at),
        func.coalesce(col(row.site_id), col(order.site_id)),
        col(row.user_id),
        col(row.ticket_id),
        col(ticket.ticket_type_id),
        col(order.id),
        col(order.seller_id),
        col(order.channel),
        col(row.data),
    )
    joined = select(*columns).select_from(row).outerjoin(ticket, col(ticket.id) == col(row.ticket_id))
    return joined.outerjoin(order, col(order.id) == order_id).where(col(row.kind).in_(tuple(LiveKind)))


async def purge(store: Store, now: Instant) -> None:
    """Delete events that are older than the kept window, in time or in number. A job calls it."""
    async with store.transaction() as work:
        connection = await work.connection()
        if connection.dialect.name != "sqlite":
            await connection.execute(_FROM_ELSEWHERE)
        newest_first = select(*_IN_ORDER).order_by(*_NEWEST_FIRST).limit(1)
        too_old = (await connection.execute(newest_first.where(col(LiveEventRow.told_at) < now - KEPT_MS))).first()
        too_many = (await connection.execute(newest_first.offset(MOST_KEPT))).first()
        last = max((Position(one[0], one[1] or 0) for one in (too_old, too_many) if one is not None), default=None)
        if last is not None:
            marked = update(LiveEventRow).where(_position == (last.xid, last.row)).values(kind=PURGED, data="{}")
            await connection.execute(marked)
            await connection.execute(delete(LiveEventRow).where(_position < (last.xid, last.row)))
