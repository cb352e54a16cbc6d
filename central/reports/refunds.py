"""The list of refunds (退票记录): the records only; the payment documents show whether the money went back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import col, select
from sqlmodel.sql.expression import Select

from central.issuing.tickets import id_text
from central.refunds.service import Refund, refund_of
from central.reports.filters import Narrowed, equal
from central.reports.listing import EACH, Amount, Column, Kind, Listing, sums
from central.reports.orders import paid_by
from central.reports.payments import Sold, sold_of
from central.reports.words import CHANNELS, REFUND_KINDS, REFUND_STATES
from central.store.tables.money import OrderRow, RefundRow
from central.store.tables.tickets import TicketRow
from central.store.unit_of_work import Work
from protocol.identifiers import TicketTypeId


@dataclass(frozen=True, slots=True)
class ListedRefund:
    """A refund of a ticket of that type."""

    refund: Refund
    ticket_type_id: TicketTypeId
    sold: Sold


def _query(narrowed: Narrowed) -> Select[RefundRow, TicketTypeId, OrderRow]:
    wanted = narrowed.wanted
    query = select(RefundRow, col(TicketRow.ticket_type_id), OrderRow).join(
        TicketRow, col(TicketRow.id) == col(RefundRow.ticket_id)
    )
    return query.join(OrderRow, col(OrderRow.id) == col(RefundRow.order_id)).where(
        *narrowed.sold(col(OrderRow.seller_id), col(OrderRow.channel)),
        *narrowed.during(col(OrderRow.site_id), col(RefundRow.requested_at)),
        *equal((col(RefundRow.state), wanted.state), (col(TicketRow.ticket_type_id), wanted.ticket_type_id)),
        *equal((col(RefundRow.order_id), wanted.order_id), (col(RefundRow.kind), wanted.kind)),
        *paid_by(wanted.method),
    )


async def _items(_work: Work, rows: Sequence[tuple[RefundRow, TicketTypeId, OrderRow]]) -> tuple[ListedRefund, ...]:
    return tuple(ListedRefund(refund_of(row, ()), kind, sold_of(order)) for row, kind, order in rows)


async def _totals(work: Work, narrowed: Narrowed) -> Mapping[str, int]:
    row = RefundRow
    amounts = {"persons": col(row.persons), "amount_fen": col(row.amount_fen), "fee_fen": col(row.fee_fen)}
    return await sums(work, _query(narrowed), refunds=EACH, **amounts)


REFUNDS: Listing[ListedRefund] = Listing(
    name="refunds",
    query=_query,
    keyset=(col(RefundRow.requested_at), col(RefundRow.id)),
    items=_items,
    totals=_totals,
    amount=Amount(col(RefundRow.amount_fen), lambda one: one.refund.amount_fen),
    key=lambda one: (one.refund.requested_at, one.refund.refund_id),
    columns=(
        Column("退票号", "Refund", Kind.NUMBER, lambda one, _names: one.refund.refund_id),
        Column("票号", "Ticket", Kind.TEXT, lambda one, _names: id_text(one.refund.ticket_id)),
        Column("票种", "Ticket type", Kind.TEXT, lambda one, names: names.ticket_types[one.ticket_type_id]),
        Column("订单号", "Order", Kind.NUMBER, lambda one, _names: one.sold.order_id),
        Column("景区", "Site", Kind.TEXT, lambda one, names: names.sites[one.sold.site_id]),
        Column("售票员", "Seller", Kind.TEXT, lambda one, names: names.people[one.sold.seller_id]),
        Column("销售渠道", "Channel", Kind.TEXT, lambda one, names: names.word(CHANNELS, one.sold.channel)),
        Column("方式", "Kind", Kind.TEXT, lambda one, names: names.word(REFUND_KINDS, one.refund.kind)),
        Column("人数", "Persons", Kind.NUMBER, lambda one, _names: one.refund.persons),
        Column("手续费（元）", "Fee (CNY)", Kind.FEN, lambda one, _names: one.refund.fee_fen),
        Column("金额（元）", "Amount (CNY)", Kind.FEN, lambda one, _names: one.refund.amount_fen),
        Column("状态", "State", Kind.TEXT, lambda one, names: names.word(REFUND_STATES, one.refund.state)),
        Column("原因", "Reason", Kind.TEXT, lambda one, _names: one.refund.reason),
        Column("申请人", "Asked by", Kind.TEXT, lambda one, names: names.people[one.refund.requested_by]),
        Column("申请时间", "Asked at", Kind.TIME, lambda one, names: names.local(one.sold.site_id, one.refund.requested_at)),
        Column("决定时间", "Decided at", Kind.TIME, lambda one, names: names.local(one.sold.site_id, one.refund.decided_at)),
    ),
)
