"""What is out of a ticket type: sold tickets and held orders."""

from sqlmodel import col, func, select

from central.sales.rules.pricing import OrderState
from central.sales.rules.type_effects import Sold
from central.store.tables.money import OrderLineRow, OrderRow
from central.store.tables.tickets import TicketRow
from central.store.unit_of_work import Work
from protocol.identifiers import TicketTypeId
from protocol.instants import Instant, to_minute
from protocol.tickets.record import TicketState


async def sold_of(work: Work, type_id: TicketTypeId, now: Instant) -> Sold:
    """Return what is out of a type now."""
    connection = await work.connection()
    active = (col(TicketRow.state) == int(TicketState.ACTIVE)) & (col(TicketRow.valid_until) >= to_minute(now))
    inactive = col(TicketRow.state) == int(TicketState.INACTIVE)
    counts = select(func.count().filter(active), func.count().filter(inactive)).select_from(TicketRow)
    valid, waiting = (await connection.execute(counts.where(col(TicketRow.ticket_type_id) == type_id))).one()
    held = select(func.count(func.distinct(OrderRow.id))).join(OrderLineRow, col(OrderLineRow.order_id) == col(OrderRow.id))
    held = held.where(OrderRow.state == OrderState.OPEN, OrderLineRow.ticket_type_id == type_id)
    return Sold(int(valid), int(waiting), int((await connection.execute(held)).scalar_one()))
