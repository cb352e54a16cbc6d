"""The list of ticket orders (票据订单)."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from sqlalchemy import exists, func
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from central.refunds.service import RefundState
from central.reports.filters import Narrowed, equal
from central.reports.listing import EACH, Amount, Column, Kind, Listing, Names, sums
from central.reports.words import CHANNELS, METHODS, ORDER_STATES
from central.sales.buyers import masked_of
from central.sales.data_scope import Conditions
from central.sales.order_lines import lines_of_orders
from central.sales.orders import Order, order_of
from central.store.tables.money import OrderLineRow, OrderRow, RefundRow
from central.store.tables.payments import PaymentRow
from central.store.unit_of_work import Work


def _query(narrowed: Narrowed) -> SelectOfScalar[OrderRow]:
    conditions = order_conditions(narrowed, *equal((col(OrderRow.state), narrowed.wanted.state)))
    in_time = narrowed.during(col(OrderRow.site_id), col(OrderRow.created_at))
    return select(OrderRow).where(*conditions, *paid_by(narrowed.wanted.method), *in_time)


def paid_by(method: str | None) -> Conditions:
    """Return the condition on an order that money came to by this method; none where no method is given."""
    if method is None:
        return []
    row = PaymentRow
    paid = (col(row.order_id) == col(OrderRow.id), col(row.method) == method, col(row.received_fen).is_not(None))
    return [exists().where(*paid)]


@dataclass(frozen=True, slots=True)
class ListedOrder:
    """An order with its lines, by which methods its money came, and what of it has been given back."""

    order: Order
    refunded_fen: int
    methods: tuple[str, ...] = ()


async def refunded(work: Work, order_ids: Collection[int]) -> Mapping[int, int]:
    """Return what refunds have given back of these orders (fen); an order of which nothing was is left out."""
    row = RefundRow
    query = select(col(row.order_id), func.sum(col(row.amount_fen))).where(col(row.order_id).in_(order_ids))
    is_back = col(row.state) == RefundState.PAID
    found = (await (await work.connection()).execute(query.where(is_back).group_by(col(row.order_id)))).all()
    return {order_id: int(fen) for order_id, fen in found}


async def _methods(work: Work, order_ids: Collection[int]) -> Mapping[int, tuple[str, ...]]:
    """Return by which methods money of these orders came, in alphabetical order; an unpaid order is left out."""
    row, found = PaymentRow, defaultdict[int, list[str]](list)
    query = select(col(row.order_id), col(row.method)).where(col(row.order_id).in_(order_ids), col(row.received_fen).is_not(None))
    for order_id, method in (await (await work.connection()).execute(query.distinct().order_by(col(row.method)))).all():
        found[order_id].append(method)
    return {order_id: tuple(methods) for order_id, methods in found.items()}


async def _items(work: Work, rows: Sequence[OrderRow]) -> tuple[ListedOrder, ...]:
    ids = [row.id for row in rows if row.id is not None]
    lines, back, buyers = await lines_of_orders(work, ids), await refunded(work, ids), await masked_of(work, ids)
    paid_by = await _methods(work, ids)
    return tuple(
        ListedOrder(order_of(row, lines.get(number, ()), buyer=buyers.get(number)), back.get(number, 0), paid_by.get(number, ()))
        for number, row in zip(ids, rows, strict=True)
    )


async def _totals(work: Work, narrowed: Narrowed) -> Mapping[str, int]:
    query, line, refund = _query(narrowed), OrderLineRow, RefundRow
    quantity = col(line.quantity)
    of_lines = query.join(line, col(line.order_id) == col(OrderRow.id))
    paid_back = (col(refund.order_id) == col(OrderRow.id)) & (col(refund.state) == RefundState.PAID)
    return {
        **await sums(work, query, orders=EACH, total_fen=col(OrderRow.total_fen)),
        **await sums(work, of_lines, tickets=quantity, persons=quantity * col(line.persons)),
        **await sums(work, query.join(refund, paid_back), refunded_fen=col(refund.amount_fen)),
    }


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
        of_type = select(OrderLineRow.order_id).where(col(OrderLineRow.ticket_type_id) == wanted.ticket_type_id)
        conditions.append(col(OrderRow.id).in_(of_type))
    return conditions


def _types(one: ListedOrder, names: Names) -> str:
    return ", ".join(dict.fromkeys(names.ticket_types[line.ticket_type_id] for line in one.order.lines))


def _paid(one: ListedOrder, names: Names) -> str:
    return ", ".join(str(names.word(METHODS, method)) for method in one.methods)


ORDERS: Listing[ListedOrder] = Listing(
    name="orders",
    query=_query,
    keyset=(col(OrderRow.created_at), col(OrderRow.id)),
    items=_items,
    key=lambda one: (one.order.created_at, one.order.order_id),
    totals=_totals,
    amount=Amount(col(OrderRow.total_fen), lambda one: one.order.total_fen),
    columns=(
        Column("订单号", "Order", Kind.NUMBER, lambda one, _names: one.order.order_id),
        Column("景区", "Site", Kind.TEXT, lambda one, names: names.sites[one.order.site_id]),
        Column("售票员", "Seller", Kind.TEXT, lambda one, names: names.people[one.order.seller_id]),
        Column("销售渠道", "Channel", Kind.TEXT, lambda one, names: names.word(CHANNELS, one.order.channel)),
        Column("分销渠道", "Promoter", Kind.TEXT, lambda one, names: names.promoters.get(one.order.promoter_id or 0)),
        Column("状态", "State", Kind.TEXT, lambda one, names: names.word(ORDER_STATES, one.order.state)),
        Column("票种", "Ticket types", Kind.TEXT, _types),
        Column("张数", "Tickets", Kind.NUMBER, lambda one, _names: sum(line.quantity for line in one.order.lines)),
        Column("人数", "Persons", Kind.NUMBER, lambda one, _names: sum(line.quantity * line.persons for line in one.order.lines)),
        Column("购票人", "Buyer", Kind.TEXT, lambda one, _names: None if one.order.buyer is None else one.order.buyer.name),
        Column("手机号", "Phone", Kind.TEXT, lambda one, _names: None if one.order.buyer is None else one.order.buyer.phone),
        Column("金额（元）", "Total (CNY)", Kind.FEN, lambda one, _names: one.order.total_fen),
        Column("支付方式", "Methods", Kind.TEXT, _paid),
        Column("已退（元）", "Refunded (CNY)", Kind.FEN, lambda one, _names: one.refunded_fen),
        Column("下单时间", "Made at", Kind.TIME, lambda one, names: names.local(one.order.site_id, one.order.created_at)),
        Column("付款时间", "Paid at", Kind.TIME, lambda one, names: names.local(one.order.site_id, one.order.paid_at)),
    ),
)
