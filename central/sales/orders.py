"""Orders as rows: what was promised to the buyer, and their state.

Laws: prices and validity stay as promised; an order's row is locked before anything of the order changes.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlmodel import col, select

from central.catalog import service as catalog
from central.catalog.concessions import EvidenceKind
from central.catalog.rules.validity import Window
from central.domain.messages import NO_ORDER
from central.domain.problems import Problem, ProblemCode
from central.issuing.service import NewTicket, tickets_of_order
from central.issuing.tickets import Ticket
from central.live_events.kinds import LiveKind
from central.live_events.telling import Change, tell
from central.payments.ports import PayableOrder
from central.promoters.rules.attribution import Promotion
from central.sales import sold_terms
from central.sales.buyers import Buyer, masked_of
from central.sales.holders import Hashed
from central.sales.order_lines import OrderLine, lines_of_orders
from central.sales.rules.pricing import Holder, OrderState, PromisedLine
from central.store.tables.money import OrderLineRow, OrderRow, SeenEvidenceRow
from central.store.unit_of_work import Store, Work
from protocol.identifiers import SiteId, TicketId
from protocol.instants import Instant


@dataclass(frozen=True, slots=True)
class Order:
    """An order, with its tickets once it is paid. `expires_at`: until when it waits for its money.

    `promotion` says what became of the promoter's code on the order; `promoter_id` is the promoter that gets the credit. `buyer`
    is masked.
    """

    order_id: int
    site_id: SiteId
    seller_id: int
    channel: str
    state: OrderState
    total_fen: int
    created_at: Instant
    expires_at: Instant | None
    paid_at: Instant | None
    agency_id: int | None
    promoter_id: int | None
    promotion: Promotion | None
    lines: tuple[OrderLine, ...]
    tickets: tuple[Ticket, ...]
    buyer: Buyer | None = None


@dataclass(frozen=True, slots=True)
class SeenEvidence:
    """What the seller saw of one person of a line, counted from 0."""

    line: int
    position: int
    kind: EvidenceKind
    last_characters: str | None


def add(work: Work, order: Order, lines: tuple[PromisedLine, ...]) -> None:
    """Store an order and its lines."""
    row = {
        "id": order.order_id,
        "site_id": order.site_id,
        "seller_id": order.seller_id,
        "channel": order.channel,
        "state": order.state,
        "total_fen": order.total_fen,
        "created_at": order.created_at,
        "expires_at": order.expires_at,
        "paid_at": order.paid_at,
        "agency_id": order.agency_id,
        "promoter_id": order.promoter_id,
        "promotion": order.promotion,
    }
    work.insert(OrderRow, [row])
    work.insert(OrderLineRow, [_line_values(order.order_id, line) for line in lines])
    work.insert(SeenEvidenceRow, [row for line in lines for row in _evidence_values(order.order_id, line)])
    if order.state is OrderState.PAID:
        _tell(work, order.order_id, order.state, order.total_fen, order.created_at)


async def lines_of(work: Work, order_id: int, holders: Mapping[int, tuple[Holder, ...]]) -> tuple[PromisedLine, ...]:
    """Return what an order promises."""
    query = select(OrderLineRow).where(col(OrderLineRow.order_id) == order_id).order_by(col(OrderLineRow.line))
    rows = (await work.session.exec(query)).all()
    types = await catalog.ticket_types(work, {row.ticket_type_id for row in rows})
    return tuple(
        PromisedLine(
            line=row.line,
            ticket_type=types[row.ticket_type_id],
            quantity=row.quantity,
            persons=row.persons,
            price_fen=row.price_fen,
            visit=row.visit_day,
            window=Window(row.valid_from, row.valid_until, row.slot_start, row.slot_minutes),
            holders=holders.get(row.line, ()),
        )
        for row in rows
    )


async def locked(work: Work, order_id: int) -> OrderRow:
    """Lock an order's row; Problem where there is none."""
    row = await work.session.get(OrderRow, order_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise not_there(order_id)
    return row


def note_end(work: Work, row: OrderRow, state: OrderState, now: Instant) -> None:
    """Mark an order that waits as paid or as cancelled, and tell live streams."""
    row.state, row.paid_at = state, now if state is OrderState.PAID else None
    work.session.add(row)
    assert row.id is not None, "a stored order has its number"
    _tell(work, row.id, state, row.total_fen, now)


def _tell(work: Work, order_id: int, state: OrderState, total_fen: int, now: Instant) -> None:
    said = {"order_id": order_id, "state": state.value, "total_fen": total_fen}
    tell(work, now, Change(LiveKind.ORDER, said, order_id=order_id))


def not_there(order_id: int) -> Problem:
    """Return the problem of an order that does not exist."""
    return Problem(ProblemCode.NOT_FOUND, NO_ORDER.of(order_id=order_id))


def order_of(
    row: OrderRow, lines: tuple[OrderLine, ...] = (), tickets: tuple[Ticket, ...] = (), buyer: Buyer | None = None
) -> Order:
    """Return the order of a row; without its lines and tickets where only its money matters."""
    assert row.id is not None, "a stored order has its number"
    return Order(
        order_id=row.id,
        site_id=row.site_id,
        seller_id=row.seller_id,
        channel=row.channel,
        state=OrderState(row.state),
        total_fen=row.total_fen,
        created_at=row.created_at,
        expires_at=row.expires_at,
        paid_at=row.paid_at,
        agency_id=row.agency_id,
        promoter_id=row.promoter_id,
        promotion=None if row.promotion is None else Promotion(row.promotion),
        lines=lines,
        tickets=tickets,
        buyer=buyer,
    )


async def whole(work: Work, order_id: int) -> Order:
    """Return an order with its lines and tickets; Problem where there is none."""
    row = await work.session.get(OrderRow, order_id)
    if row is None:
        raise not_there(order_id)
    lines = (await lines_of_orders(work, {order_id})).get(order_id, ())
    buyer = (await masked_of(work, {order_id})).get(order_id)
    return order_of(row, lines, await tickets_of_order(work, order_id), buyer)


def new_ticket(ticket_id: TicketId, line: PromisedLine, number: int, hashed: Hashed) -> NewTicket:
    """Return the ticket to make for a line, by its number counted from 0."""
    return NewTicket(
        ticket_id=ticket_id,
        ticket_type=line.ticket_type,
        line=line.line,
        persons=line.persons,
        window=line.window,
        holder_keys=tuple(key for holder in line.holders_of(number) for key in hashed.hashes[holder.document]),
    )


class Evidences:
    """Knows the evidence that sellers saw."""

    def __init__(self, store: Store) -> None:
        """Take the store."""
        self._store = store

    async def of_order(self, order_id: int) -> tuple[SeenEvidence, ...]:
        """Return the evidence seen for an order, by line and person; Problem where there is no such order."""
        query = select(SeenEvidenceRow).where(SeenEvidenceRow.order_id == order_id)
        async with self._store.reading() as work:
            if await work.session.get(OrderRow, order_id) is None:
                raise not_there(order_id)
            rows = (await work.session.exec(query.order_by(col(SeenEvidenceRow.line), col(SeenEvidenceRow.position)))).all()
        return tuple(SeenEvidence(row.line, row.position, EvidenceKind(row.kind), row.last_characters) for row in rows)


def _evidence_values(order_id: int, line: PromisedLine) -> list[dict[str, object]]:
    return [
        {
            "order_id": order_id,
            "line": line.line,
            "position": position,
            "kind": one.kind.value,
            "last_characters": one.last_characters,
        }
        for position, one in enumerate(line.evidence)
    ]


def _line_values(order_id: int, line: PromisedLine) -> dict[str, object]:
    return {
        "order_id": order_id,
        "line": line.line,
        "ticket_type_id": line.ticket_type.type_id,
        "quantity": line.quantity,
        "persons": line.persons,
        "price_fen": line.price_fen,
        "visit_day": line.visit,
        "valid_from": line.window.valid_from,
        "valid_until": line.window.valid_until,
        "slot_start": line.window.slot_start,
        "slot_minutes": line.window.slot_minutes,
        "after_sale": sold_terms.stored(line.ticket_type.parameters.after_sale),
    }


def payable(order: Order) -> PayableOrder:
    """Return an order as payments see it."""
    is_open = order.state == OrderState.OPEN
    return PayableOrder(order.order_id, order.site_id, order.total_fen, is_open, order.expires_at, order.agency_id)
