"""What was promised with a sold ticket: it stays so, even if the catalogue changes.

Law: the price and the rules of the sale apply to a ticket.
"""

from collections.abc import Collection
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import col, select

from central.catalog import service as catalog
from central.catalog.after_sale import PLAIN, AfterSaleRules
from central.issuing.tickets import Ticket
from central.sales.rules.pricing import Promise
from central.store.bulk import among
from central.store.columns import to_signed
from central.store.tables.money import OrderLineRow
from central.store.tables.tickets import RescheduledTicketRow, TicketRow
from central.store.unit_of_work import Work
from protocol.identifiers import TicketId
from protocol.instants import Instant, from_minute, local_day

# How a ticket is joined with the line of its order.
OF_LINE = (col(OrderLineRow.order_id) == col(TicketRow.order_id)) & (col(OrderLineRow.line) == col(TicketRow.line))


def is_for_day(day: date) -> ColumnElement[bool]:
    """Return the condition on tickets, joined with their lines, that their day of use is this one."""
    moved = RescheduledTicketRow
    not_moved = col(TicketRow.id).not_in(select(moved.ticket_id))
    moved_there = col(TicketRow.id).in_(select(moved.ticket_id).where(col(moved.visit_day) == day))
    return or_(and_(col(OrderLineRow.visit_day) == day, not_moved), moved_there)


async def moved_among(work: Work, ticket_ids: Collection[TicketId]) -> dict[TicketId, Instant]:
    """Return those of the tickets that were moved to another day or slot, with the time of the last move."""
    row, connection = RescheduledTicketRow, await work.connection()
    named = among(connection, col(row.ticket_id), [to_signed(ticket_id) for ticket_id in ticket_ids])
    found = (await work.session.exec(select(row.ticket_id, row.moved_at).where(named))).all()
    return {TicketId(ticket_id): Instant(moved_at) for ticket_id, moved_at in found}


async def promise_of(work: Work, ticket: Ticket) -> Promise:
    """Return what was promised with a ticket."""
    line = await work.session.get_one(OrderLineRow, (ticket.order_id, ticket.line))
    zone = ZoneInfo((await catalog.site(work, ticket.record.issuing_site)).parameters.zone)
    moved = await work.session.get(RescheduledTicketRow, ticket.ticket_id)
    sold_for = line.visit_day or local_day(from_minute(ticket.record.valid_from), zone)
    use_day, moves = (sold_for, 0) if moved is None else (moved.visit_day, moved.times)
    rules = PLAIN if line.after_sale is None else AfterSaleRules.model_validate_json(line.after_sale)
    return Promise(line.price_fen, use_day, rules, zone, moves)


def stored(rules: AfterSaleRules) -> str | None:
    """Return rules as an order's line keeps them."""
    return None if rules == PLAIN else rules.model_dump_json()
