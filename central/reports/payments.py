"""The lists of payment documents (付款单据): payments of orders, and money on its way back through an institution.

Payments are sorted by their orders, so that the newest of one seller are found without a search through all sellers' payments.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import col, select
from sqlmodel.sql.expression import Select

from central.payments.documents import Payment, payment_of
from central.payments.rules.payment_states import PaymentState
from central.payments.rules.refund_states import RefundDocumentState
from central.reports.filters import Narrowed, equal, equal_to_rare
from central.reports.listing import EACH, Amount, Column, Kind, Listing, sums
from central.reports.orders import order_conditions
from central.reports.words import CHANNELS, METHODS, PAYMENT_STATES, REFUND_DOCUMENT_STATES
from central.sales.data_scope import Conditions
from central.store.tables.money import OrderRow
from central.store.tables.payments import PaymentRefundRow, PaymentRow
from central.store.unit_of_work import Work
from protocol.identifiers import SiteId
from protocol.instants import MS_PER_SECOND, Instant

# An order waits for its money for less than this.
_LONGEST_WAIT_MS = 24 * 60 * 60 * MS_PER_SECOND


@dataclass(frozen=True, slots=True)
class Sold:
    """The order that something belongs to: its site, its seller and channel, and its time."""

    order_id: int
    site_id: SiteId
    seller_id: int
    channel: str
    created_at: Instant


@dataclass(frozen=True, slots=True)
class ListedPayment:
    """A payment of an order."""

    payment: Payment
    sold: Sold


@dataclass(frozen=True, slots=True)
class ListedReturn:
    """Money on its way back through an institution; `refund_id` is the refund of a ticket that it pays."""

    number: str
    payment_id: int
    refund_id: int | None
    method: str
    state: RefundDocumentState
    amount_fen: int
    institution_number: str | None
    reason: str | None
    created_at: Instant
    finished_at: Instant | None
    return_id: int
    sold: Sold


def _query(narrowed: Narrowed) -> Select[PaymentRow, OrderRow]:
    query = select(PaymentRow, OrderRow).join(OrderRow, col(OrderRow.id) == col(PaymentRow.order_id))
    of_state = equal_to_rare(col(PaymentRow.state), narrowed.wanted.state, PaymentState.PAID)
    return query.where(*_conditions(narrowed, of_state), *_in_time(narrowed))


async def _items(_work: Work, rows: Sequence[tuple[PaymentRow, OrderRow]]) -> tuple[ListedPayment, ...]:
    return tuple(ListedPayment(payment_of(payment), sold_of(order)) for payment, order in rows)


def _query_returns(narrowed: Narrowed) -> Select[PaymentRefundRow, PaymentRow, OrderRow]:
    row = PaymentRefundRow
    query = select(row, PaymentRow, OrderRow).join(PaymentRow, col(PaymentRow.id) == col(row.payment_id))
    query = query.join(OrderRow, col(OrderRow.id) == col(PaymentRow.order_id))
    in_time = narrowed.during(col(OrderRow.site_id), col(row.created_at))
    return query.where(*_conditions(narrowed, equal((col(row.state), narrowed.wanted.state))), *in_time)


async def _totals(work: Work, narrowed: Narrowed) -> Mapping[str, int]:
    amounts = {"amount_fen": col(PaymentRow.amount_fen), "received_fen": col(PaymentRow.received_fen)}
    return await sums(work, _query(narrowed), payments=EACH, **amounts)


async def _return_items(_work: Work, rows: Sequence[tuple[PaymentRefundRow, PaymentRow, OrderRow]]) -> tuple[ListedReturn, ...]:
    return tuple(_return_of(returned, payment, order) for returned, payment, order in rows)


async def _return_totals(work: Work, narrowed: Narrowed) -> Mapping[str, int]:
    return await sums(work, _query_returns(narrowed), payment_refunds=EACH, amount_fen=col(PaymentRefundRow.amount_fen))


def _conditions(narrowed: Narrowed, of_state: Conditions) -> Conditions:
    return order_conditions(narrowed, *of_state, *equal((col(PaymentRow.method), narrowed.wanted.method)))


def _in_time(narrowed: Narrowed) -> Conditions:
    """Return the conditions on the payment's time, and those on its order's time, by which an index finds it."""
    in_time = narrowed.during(col(OrderRow.site_id), col(PaymentRow.created_at))
    if not narrowed.times:
        return in_time
    since, until = min(span.since for _, span in narrowed.times), max(span.until for _, span in narrowed.times)
    made = col(OrderRow.created_at)
    return [*in_time, made >= since - _LONGEST_WAIT_MS, made < until]


def sold_of(row: OrderRow) -> Sold:
    """Return what lists show of an order."""
    assert row.id is not None, "a stored order has its number"
    return Sold(row.id, row.site_id, row.seller_id, row.channel, row.created_at)


def _return_of(row: PaymentRefundRow, payment: PaymentRow, order: OrderRow) -> ListedReturn:
    assert row.id is not None, "a stored document has its number"
    return ListedReturn(
        number=row.number,
        payment_id=row.payment_id,
        refund_id=row.refund_id,
        method=payment.method,
        state=RefundDocumentState(row.state),
        amount_fen=row.amount_fen,
        institution_number=row.institution_number,
        reason=row.reason,
        created_at=row.created_at,
        finished_at=row.finished_at,
        return_id=row.id,
        sold=sold_of(order),
    )


PAYMENTS: Listing[ListedPayment] = Listing(
    name="payments",
    query=_query,
    keyset=(col(OrderRow.created_at), col(OrderRow.id), col(PaymentRow.id)),
    items=_items,
    totals=_totals,
    amount=Amount(col(PaymentRow.amount_fen), lambda one: one.payment.document.amount_fen),
    key=lambda one: (one.sold.created_at, one.sold.order_id, one.payment.payment_id),
    columns=(
        Column("单据号", "Payment", Kind.NUMBER, lambda one, _names: one.payment.payment_id),
        Column("订单号", "Order", Kind.NUMBER, lambda one, _names: one.sold.order_id),
        Column("景区", "Site", Kind.TEXT, lambda one, names: names.sites[one.sold.site_id]),
        Column("售票员", "Seller", Kind.TEXT, lambda one, names: names.people[one.sold.seller_id]),
        Column("销售渠道", "Channel", Kind.TEXT, lambda one, names: names.word(CHANNELS, one.sold.channel)),
        Column("支付方式", "Method", Kind.TEXT, lambda one, names: names.word(METHODS, one.payment.method)),
        Column("状态", "State", Kind.TEXT, lambda one, names: names.word(PAYMENT_STATES, one.payment.document.state)),
        Column("应收（元）", "Amount (CNY)", Kind.FEN, lambda one, _names: one.payment.document.amount_fen),
        Column("实收（元）", "Received (CNY)", Kind.FEN, lambda one, _names: one.payment.document.received_fen),
        Column("商户单号", "Our number", Kind.TEXT, lambda one, _names: one.payment.number),
        Column("支付机构单号", "Institution's number", Kind.TEXT, lambda one, _names: one.payment.document.institution_number),
        Column("凭证号", "Slip", Kind.TEXT, lambda one, _names: one.payment.reference),
        Column("原因", "Reason", Kind.TEXT, lambda one, _names: one.payment.document.reason),
        Column("创建时间", "Made at", Kind.TIME, lambda one, names: names.local(one.sold.site_id, one.payment.created_at)),
        Column(
            "完成时间", "Ended at", Kind.TIME, lambda one, names: names.local(one.sold.site_id, one.payment.document.finished_at)
        ),
    ),
)

RETURNS: Listing[ListedReturn] = Listing(
    name="payment-refunds",
    query=_query_returns,
    keyset=(col(PaymentRefundRow.created_at), col(PaymentRefundRow.id)),
    items=_return_items,
    totals=_return_totals,
    amount=Amount(col(PaymentRefundRow.amount_fen), lambda one: one.amount_fen),
    key=lambda one: (one.created_at, one.return_id),
    columns=(
        Column("退款单号", "Number", Kind.TEXT, lambda one, _names: one.number),
        Column("原单据号", "Payment", Kind.NUMBER, lambda one, _names: one.payment_id),
        Column("订单号", "Order", Kind.NUMBER, lambda one, _names: one.sold.order_id),
        Column("景区", "Site", Kind.TEXT, lambda one, names: names.sites[one.sold.site_id]),
        Column("支付方式", "Method", Kind.TEXT, lambda one, names: names.word(METHODS, one.method)),
        Column("状态", "State", Kind.TEXT, lambda one, names: names.word(REFUND_DOCUMENT_STATES, one.state)),
        Column("金额（元）", "Amount (CNY)", Kind.FEN, lambda one, _names: one.amount_fen),
        Column("支付机构单号", "Institution's number", Kind.TEXT, lambda one, _names: one.institution_number),
        Column("原因", "Reason", Kind.TEXT, lambda one, _names: one.reason),
        Column("创建时间", "Made at", Kind.TIME, lambda one, names: names.local(one.sold.site_id, one.created_at)),
        Column("完成时间", "Ended at", Kind.TIME, lambda one, names: names.local(one.sold.site_id, one.finished_at)),
    ),
)
