"""Refusals as stored: those of tickets, and those of a check point around a time. Each query is answered by an index.

Law: a refusal of a ticket outside the caller's scope is not found; one that names no ticket is of nobody's sales.
"""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import and_, or_
from sqlmodel import col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from central.sales.data_scope import Sight
from central.store.bulk import among
from central.store.columns import to_signed
from central.store.tables.admissions import AdmissionRefusalRow
from central.store.tables.money import OrderRow
from central.store.tables.tickets import TicketRow
from central.store.unit_of_work import Work
from protocol.identifiers import CheckPointId, SiteId, TicketId
from protocol.instants import Instant
from protocol.journal.events import NO_TICKET

_row = AdmissionRefusalRow


@dataclass(frozen=True, slots=True)
class Around:
    """A check point, and a span of time, both ends included."""

    check_point: CheckPointId
    since: Instant
    until: Instant


@dataclass(frozen=True, slots=True)
class StoredRefusal:
    """The fields of AdmissionRefusalRow that answers show."""

    number: int
    agent_id: int
    site_id: SiteId
    check_point_id: CheckPointId
    direction: str
    reason: str
    ticket_id: TicketId
    scanned_at: Instant
    received_at: Instant
    by_central: bool


async def newest_of(work: Work, tickets: Collection[TicketId]) -> tuple[StoredRefusal, ...]:
    """Return the newest refusal of each of these tickets that has one."""
    connection = await work.connection()
    of_tickets = among(connection, col(_row.ticket_id), [to_signed(one) for one in tickets])
    newest = select(col(_row.ticket_id), func.max(col(_row.scanned_at)).label("at")).where(of_tickets)
    last = newest.group_by(col(_row.ticket_id)).subquery()
    query = select(_row).join(last, and_(last.c.ticket_id == col(_row.ticket_id), last.c.at == col(_row.scanned_at)))
    return await _stored(work, query.order_by(col(_row.scanned_at).desc(), col(_row.id).desc()))


async def of_ticket(work: Work, ticket: TicketId, limit: int) -> tuple[StoredRefusal, ...]:
    """Return the newest refusals of one ticket."""
    query = select(_row).where(col(_row.ticket_id) == ticket).order_by(col(_row.scanned_at).desc()).limit(limit)
    return await _stored(work, query)


async def at_check_point(work: Work, around: Around, sight: Sight, reason: str | None, limit: int) -> tuple[StoredRefusal, ...]:
    """Return the newest refusals of a check point within a span; with a reason, those that name no ticket."""
    query = _in_sight(select(_row), sight).where(
        col(_row.check_point_id) == around.check_point, col(_row.scanned_at).between(around.since, around.until)
    )
    if reason is not None:
        query = query.where(col(_row.reason) == reason, col(_row.ticket_id) == NO_TICKET)
    newest_first = query.order_by(col(_row.scanned_at).desc(), col(_row.id).desc()).limit(limit)
    return await _stored(work, newest_first)


async def _stored(work: Work, query: SelectOfScalar[AdmissionRefusalRow]) -> tuple[StoredRefusal, ...]:
    return tuple(
        StoredRefusal(
            number=row.id or 0,
            agent_id=row.agent_id,
            site_id=row.site_id,
            check_point_id=CheckPointId(row.check_point_id),
            direction=row.direction,
            reason=row.reason,
            ticket_id=row.ticket_id,
            scanned_at=row.scanned_at,
            received_at=row.received_at,
            by_central=row.by_central,
        )
        for row in (await work.session.exec(query)).all()
    )


def _in_sight(query: SelectOfScalar[AdmissionRefusalRow], sight: Sight) -> SelectOfScalar[AdmissionRefusalRow]:
    scope = sight.of(col(OrderRow.seller_id), col(OrderRow.channel))
    if not scope:
        return query
    joined = query.outerjoin(TicketRow, col(TicketRow.id) == col(_row.ticket_id))
    of_order = joined.outerjoin(OrderRow, col(OrderRow.id) == col(TicketRow.order_id))
    return of_order.where(or_(col(_row.ticket_id) == NO_TICKET, and_(*scope)))
