"""The list of ticket orders (票据订单)."""

from typing import cast

from sqlalchemy import exists
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from central.reports.filters import Narrowed, equal
from central.reports.listing import Column, Kind, Listing, Position, after, newest_first
from central.sales.data_scope import Conditions
from central.sales.orders import Order, order_of
from central.store.tables.money import OrderLineRow, OrderRow
from central.store.unit_of_work import Work

_KEYSET = col(OrderRow.created_at), col(OrderRow.id)


def _query(narrowed: Narrowed) -> SelectOfScalar[OrderRow]:
    conditions = order_conditions(narrowed, *equal((col(OrderRow.state), narrowed.wanted.state)))
    return select(OrderRow).where(*conditions, *narrowed.during(col(OrderRow.site_id), col(OrderRow.created_at)))


async def _read(work: Work, narrowed: Narrowed, position: Position | None, limit: int) -> tuple[Order, ...]:
    query = _query(narrowed).where(*after(_KEYSET, position))
    rows = (await work.session.exec(query.order_by(*newest_first(_KEYSET)).limit(limit))).all()
    return tuple(order_of(row, ()) for row in rows)


def order_conditions(narrowed: Narrowed, *more: object) -> Conditions:
    """Return the conditions on a list's order: the caller's scope, and the filter."""
    wanted = narrowed.wanted
    conditions = [
        *narrowed.sold(col(OrderRow.seller_id), col(OrderRow.channel)),
        *equal((col(OrderRow.id), wanted.order_id)),
        *equal((col(OrderRow.promoter_id), wanted.promoter_id), (col(OrderRow.agency_id), wanted.agency_id)),
        *cast("Conditions", list(more)),
    ]
    if wanted.ticket_type_id is not None:
        of_type = (col(OrderLineRow.order_id) == col(OrderRow.id), col(OrderLineRow.ticket_type_id) == wanted.ticket_type_id)
        conditions.append(exists().where(*of_type))
    return conditions


ORDERS: Listing[Order] = Listing(
    name="orders",
    parts=2,
    query=_query,
    read=_read,
    position=lambda one: (one.created_at, one.order_id),
    columns=(
        Column("订单号", "Order", Kind.NUMBER, lambda one, _names: one.order_id),
        Column("景区", "Site", Kind.TEXT, lambda one, names: names.sites[one.site_id]),
        Column("售票员", "Seller", Kind.TEXT, lambda one, names: names.people[one.seller_id]),
        Column("销售渠道", "Channel", Kind.TEXT, lambda one, _names: one.channel),
        Column("分销渠道", "Promoter", Kind.TEXT, lambda one, names: names.promoters.get(one.promoter_id or 0)),
        Column("状态", "State", Kind.TEXT, lambda one, _names: one.state.value),
        Column("金额（元）", "Total (CNY)", Kind.FEN, lambda one, _names: one.total_fen),
        Column("下单时间", "Made at", Kind.TEXT, lambda one, names: names.local(one.site_id, one.created_at)),
        Column("付款时间", "Paid at", Kind.TEXT, lambda one, names: names.local(one.site_id, one.paid_at)),
    ),
)
