"""The distribution report (分销统计): the orders that each promoter brought, as the basis for their pay.

Laws: an order counts when it is paid, a refund when its money is back, each in its own day; what was sold and what was refunded
are two figures beside each other, never one, except for their net.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, case, func, select
from sqlmodel import col

from central.refunds.service import RefundState
from central.reports.filters import Narrowed, equal
from central.reports.listing import Column, Kind
from central.reports.rules.counting import Figures
from central.sales.data_scope import Conditions
from central.store.tables.money import OrderLineRow, OrderRow, RefundRow
from central.store.tables.tickets import TicketRow
from central.store.unit_of_work import Work


@dataclass(frozen=True, slots=True)
class OfPromoter:
    """What a promoter brought, and what of it was refunded. `persons` were sold for; `tickets` is how many codes."""

    promoter_id: int
    figures: Figures

    @property
    def net_fen(self) -> int:
        """Return what was sold less what was refunded."""
        return self.figures.sold_fen - self.figures.refunded_fen


async def promoter_statistics(work: Work, narrowed: Narrowed) -> tuple[OfPromoter, ...]:
    """Return the figures of each promoter who brought something, by number."""
    connection = await work.session.connection()
    found: dict[int, Figures] = {}
    for promoter_id, *sums in (await connection.execute(_sold(narrowed))).all():
        found[promoter_id] = Figures(*(int(value) for value in sums))
    for promoter_id, tickets, fen in (await connection.execute(_refunded(narrowed))).all():
        given_back = Figures(refunded_tickets=int(tickets), refunded_fen=int(fen))
        found[promoter_id] = found.get(promoter_id, Figures()) + given_back
    return tuple(OfPromoter(*one) for one in sorted(found.items()))


def _due(narrowed: Narrowed) -> Conditions:
    return [col(OrderRow.promoter_id).is_not(None), *narrowed.sold(col(OrderRow.seller_id), col(OrderRow.channel))]


def _sold(narrowed: Narrowed) -> Select[*tuple[Any, ...]]:
    line, promoter = OrderLineRow, col(OrderRow.promoter_id)
    persons = col(line.quantity) * col(line.persons)
    sums = func.sum(col(line.quantity)), func.sum(persons), func.sum(persons * col(line.price_fen))
    query = select(promoter, func.count(col(OrderRow.id).distinct()), *sums).select_from(OrderRow)
    query = query.join(line, col(line.order_id) == col(OrderRow.id))
    of_type = equal((col(line.ticket_type_id), narrowed.wanted.ticket_type_id))
    in_time = narrowed.during(col(OrderRow.site_id), col(OrderRow.paid_at))
    return query.where(*_due(narrowed), *in_time, *of_type).group_by(promoter)


def _refunded(narrowed: Narrowed) -> Select[*tuple[Any, ...]]:
    row, promoter = RefundRow, col(OrderRow.promoter_id)
    tickets = func.sum(case((col(row.is_whole), 1), else_=0))
    query = select(promoter, tickets, func.sum(col(row.amount_fen))).select_from(row)
    query = query.join(OrderRow, col(OrderRow.id) == col(row.order_id)).join(TicketRow, col(TicketRow.id) == col(row.ticket_id))
    of_type = equal((col(TicketRow.ticket_type_id), narrowed.wanted.ticket_type_id))
    is_back = (col(row.state) == RefundState.PAID, *narrowed.during(col(OrderRow.site_id), col(row.decided_at)))
    return query.where(*_due(narrowed), *is_back, *of_type).group_by(promoter)


PROMOTER_COLUMNS: tuple[Column[OfPromoter], ...] = (
    Column("分销渠道", "Promoter", Kind.TEXT, lambda one, names: names.promoters[one.promoter_id]),
    Column("订单数", "Orders", Kind.NUMBER, lambda one, _names: one.figures.orders),
    Column("售出张数", "Tickets sold", Kind.NUMBER, lambda one, _names: one.figures.tickets),
    Column("售出人次", "Persons sold for", Kind.NUMBER, lambda one, _names: one.figures.persons),
    Column("售出金额（元）", "Sold for (CNY)", Kind.FEN, lambda one, _names: one.figures.sold_fen),
    Column("退票张数", "Tickets refunded", Kind.NUMBER, lambda one, _names: one.figures.refunded_tickets),
    Column("退票金额（元）", "Refunded (CNY)", Kind.FEN, lambda one, _names: one.figures.refunded_fen),
    Column("净额（元）", "Net (CNY)", Kind.FEN, lambda one, _names: one.net_fen),
)
