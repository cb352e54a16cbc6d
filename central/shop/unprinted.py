"""Orders whose tickets are paid and not on paper: a printer never said so, or the machine that sold them never printed them.

Laws: the data scope is a condition of the query; what a machine sold is looked for during `SOLD_WITHIN_DAYS`, by the index of
sellers, so that it costs the same however many orders there are.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, Subquery, func, select, union_all
from sqlmodel import col

from central.sales.data_scope import Sight
from central.sales.rules.pricing import OrderState
from central.shop.rules.selling import WINDOW
from central.store.tables.money import OrderRow
from central.store.tables.shop import FirstPrintRow, SellingAgentRow
from central.store.tables.tickets import TicketRow
from central.store.unit_of_work import Store
from protocol.identifiers import SiteId
from protocol.instants import MS_PER_MINUTE, Instant
from protocol.tickets.record import TicketState

_Tickets = Select[*tuple[Any, ...]]
SOLD_WITHIN_DAYS = 7
_SOLD_WITHIN_MS = SOLD_WITHIN_DAYS * 24 * 60 * MS_PER_MINUTE


@dataclass(frozen=True, slots=True)
class UnprintedOrder:
    """An order, how many of its active tickets are not on paper, and since when they should be."""

    order_id: int
    site_id: SiteId
    seller_id: int
    unprinted: int
    since: Instant


@dataclass(frozen=True, slots=True)
class WantedPart:
    """Which part of the list: of a site (None: of all), below an order's number (None: from the newest), so many at most."""

    site_id: int | None
    below: int | None
    limit: int


class UnprintedOrders:
    """Knows which orders have tickets that are not on paper."""

    def __init__(self, store: Store) -> None:
        """Take the store."""
        self._store = store

    async def found(self, part: WantedPart, sight: Sight, now: Instant) -> tuple[UnprintedOrder, ...]:
        """Return orders of the last days, the newest first, within what the caller sees."""
        missing, number = _missing(Instant(now - _SOLD_WITHIN_MS)), col(OrderRow.id)
        which = sight.of(col(OrderRow.seller_id), col(OrderRow.channel))
        which += [] if part.site_id is None else [col(OrderRow.site_id) == part.site_id]
        which += [] if part.below is None else [number < part.below]
        shown = number, col(OrderRow.site_id), col(OrderRow.seller_id)
        query = select(*shown, func.count(), func.min(missing.c.since)).join(missing, missing.c.order_id == number)
        query = query.where(*which).group_by(*shown).order_by(number.desc()).limit(part.limit)
        async with self._store.querying() as work:
            rows = (await (await work.connection()).execute(query)).all()
        return tuple(UnprintedOrder(*row) for row in rows)


def _missing(sold_since: Instant) -> Subquery:
    """Return the tickets that are not on paper, each as its order and since when."""
    order, is_active = col(TicketRow.order_id), col(TicketRow.state) == int(TicketState.ACTIVE)
    handed: _Tickets = (
        select(order.label("order_id"), col(FirstPrintRow.handed_at).label("since"))
        .join(FirstPrintRow, col(FirstPrintRow.ticket_id) == col(TicketRow.id))
        .where(col(FirstPrintRow.printed_at).is_(None), is_active)
    )
    machines = select(col(SellingAgentRow.user_id))
    sold: _Tickets = (
        select(order.label("order_id"), col(OrderRow.paid_at).label("since"))
        .join(OrderRow, col(OrderRow.id) == order)
        .outerjoin(FirstPrintRow, col(FirstPrintRow.ticket_id) == col(TicketRow.id))
        .where(
            col(OrderRow.seller_id).in_(machines),
            col(OrderRow.created_at) >= sold_since,
            col(OrderRow.state) == OrderState.PAID,
            col(OrderRow.channel) != WINDOW,
            col(FirstPrintRow.ticket_id).is_(None),
            is_active,
        )
    )
    return union_all(handed, sold).subquery()
