"""The one look-up for what a visitor can show: a code, or the number of a ticket, of an order, or of a payment (ours or not).

Laws: the data scope is a condition of each query; a text that finds nothing is answered with nothing, and is kept nowhere.
"""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, false, or_
from sqlmodel import col, select

from central.reports.rules.readings import ReadAs, Reading, readings
from central.sales.data_scope import Sight
from central.sales.rules.pricing import OrderState
from central.store.tables.activation import ActivationCodeRow
from central.store.tables.money import OrderRow
from central.store.tables.payments import PaymentRow
from central.store.tables.tickets import TicketRow
from central.store.unit_of_work import Work
from protocol.identifiers import SiteId, TicketId, TicketTypeId
from protocol.instants import Instant
from protocol.tickets.record import TicketState

# An order may have hundreds of tickets; who searches it, opens the order.
MOST_FOUND = 20
_PAYMENT_NUMBERS = PaymentRow.number, PaymentRow.institution_number, PaymentRow.reference


@dataclass(frozen=True, slots=True)
class Match:
    """What was found: an order, and the ticket or the payment of it that the text names."""

    read_as: ReadAs
    order_id: int
    site_id: SiteId
    seller_id: int
    channel: str
    order_state: OrderState
    created_at: Instant
    ticket_id: TicketId | None = None
    ticket_type_id: TicketTypeId | None = None
    ticket_state: TicketState | None = None
    payment_id: int | None = None


async def look_up(work: Work, text: str, sight: Sight) -> tuple[Match, ...]:
    """Return all that a text can mean, within what the caller sees."""
    scope = sight.of(col(OrderRow.seller_id), col(OrderRow.channel))
    return tuple([match for one in readings(text) for match in await _found(work, one, scope)])[:MOST_FOUND]


async def _found(work: Work, reading: Reading, scope: list[ColumnElement[bool]]) -> list[Match]:
    query = select(OrderRow, TicketRow, PaymentRow).select_from(OrderRow)
    if reading.read_as is ReadAs.ORDER:
        query = query.outerjoin(TicketRow, false()).outerjoin(PaymentRow, false()).where(col(OrderRow.id) == reading.value)
    elif reading.read_as is ReadAs.PAYMENT_NUMBER:
        query = query.outerjoin(TicketRow, false()).join(PaymentRow, col(PaymentRow.order_id) == col(OrderRow.id))
        query = query.where(or_(*(col(one) == reading.value for one in _PAYMENT_NUMBERS)))
    else:
        query = query.join(TicketRow, col(TicketRow.order_id) == col(OrderRow.id)).outerjoin(PaymentRow, false())
        query = query.where(_is_ticket(reading))
    rows = (await work.session.exec(query.where(*scope).limit(MOST_FOUND))).all()
    return [_match(reading.read_as, order, ticket, payment) for order, ticket, payment in rows]


def _is_ticket(reading: Reading) -> ColumnElement[bool]:
    if reading.read_as is ReadAs.SHORT_NUMBER:
        return col(TicketRow.short_number) == reading.value
    if reading.read_as is ReadAs.ACTIVATION_CODE:
        codes = select(col(ActivationCodeRow.ticket_id)).where(col(ActivationCodeRow.code_hash) == reading.value)
        return col(TicketRow.id).in_(codes)
    return col(TicketRow.id) == reading.value


def _match(read_as: ReadAs, order: OrderRow, ticket: TicketRow | None, payment: PaymentRow | None) -> Match:
    assert order.id is not None, "a stored order has its number"
    return Match(
        read_as,
        order.id,
        order.site_id,
        order.seller_id,
        order.channel,
        OrderState(order.state),
        order.created_at,
        ticket_id=None if ticket is None else ticket.id,
        ticket_type_id=None if ticket is None else ticket.ticket_type_id,
        ticket_state=None if ticket is None else TicketState(ticket.state),
        payment_id=None if payment is None else payment.id,
    )
