"""The lines of orders, as a receipt and a list show them: what was bought, for which day, and at which price."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from sqlmodel import col, select

from central.sales.rules.pricing import PromisedLine
from central.store.tables.money import OrderLineRow
from central.store.unit_of_work import Work
from protocol.identifiers import TicketTypeId
from protocol.instants import Minute


@dataclass(frozen=True, slots=True)
class OrderLine:
    """So many tickets of a type, each for so many persons, at a price per person."""

    line: int
    ticket_type_id: TicketTypeId
    quantity: int
    persons: int
    price_fen: int
    visit_day: date | None
    slot_start: Minute | None
    slot_minutes: int

    @property
    def amount_fen(self) -> int:
        """Return what the line costs."""
        return self.price_fen * self.persons * self.quantity


def line_of(promised: PromisedLine) -> OrderLine:
    """Return a line as it was promised."""
    return OrderLine(
        promised.line,
        promised.ticket_type.type_id,
        promised.quantity,
        promised.persons,
        promised.price_fen,
        promised.visit,
        promised.window.slot_start if promised.window.slot_minutes else None,
        promised.window.slot_minutes,
    )


async def lines_of_orders(work: Work, order_ids: Collection[int]) -> Mapping[int, tuple[OrderLine, ...]]:
    """Return the lines of these orders, in their order."""
    query = select(OrderLineRow).where(col(OrderLineRow.order_id).in_(order_ids))
    found: dict[int, list[OrderLine]] = {}
    for row in (await work.session.exec(query.order_by(col(OrderLineRow.order_id), col(OrderLineRow.line)))).all():
        found.setdefault(row.order_id, []).append(_line(row))
    return {order_id: tuple(lines) for order_id, lines in found.items()}


def _line(row: OrderLineRow) -> OrderLine:
    slot_start = row.slot_start if row.slot_minutes else None
    day, slot_minutes = row.visit_day, row.slot_minutes
    return OrderLine(row.line, row.ticket_type_id, row.quantity, row.persons, row.price_fen, day, slot_start, slot_minutes)
