"""What was promised with a sold ticket, and stays so whatever the catalogue says by now.

Law: a ticket goes by the price and the rules that it was sold by.
"""

from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement
from sqlmodel import col

from central.catalog import service as catalog
from central.catalog.after_sale import PLAIN, AfterSaleRules
from central.issuing.records import Ticket
from central.sales.policy import Promise
from central.store.tables.money import OrderLineRow
from central.store.tables.tickets import TicketRow
from central.store.unit_of_work import Work
from protocol.instants import from_minute, local_day

# How a ticket is joined with the line of its order.
OF_LINE = (col(OrderLineRow.order_id) == col(TicketRow.order_id)) & (col(OrderLineRow.line) == col(TicketRow.line))


def is_for_day(day: date) -> ColumnElement[bool]:
    """Return the condition on tickets, joined with their lines, that they were sold for a day."""
    return col(OrderLineRow.visit_day) == day


async def promise_of(work: Work, ticket: Ticket) -> Promise:
    """Return what was promised with a ticket."""
    line = await work.session.get_one(OrderLineRow, (ticket.order_id, ticket.line))
    zone = ZoneInfo((await catalog.site(work, ticket.record.issuing_site)).parameters.zone)
    use_day = line.visit_day or local_day(from_minute(ticket.record.valid_from), zone)
    rules = PLAIN if line.after_sale is None else AfterSaleRules.model_validate_json(line.after_sale)
    return Promise(line.price_fen, use_day, rules, zone)


def stored(rules: AfterSaleRules) -> str | None:
    """Return rules as an order's line keeps them."""
    return None if rules == PLAIN else rules.model_dump_json()
