"""What happened in a time, per ticket type, seller and channel: counted from orders, refunds, the ledger and admission records.

Laws: each figure is counted by its own time (an order when paid, a refund when its money is back, money when it moves, an entry
when it is scanned, unless it is staff's); money is all that came in and went out by the ledger, for any reason.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, case, func, literal_column, or_, select
from sqlalchemy.orm import InstrumentedAttribute
from sqlmodel import col

from central.catalog import service as catalog
from central.catalog.rules.business_days import Span
from central.refunds.service import RefundState
from central.reports.filters import Narrowed, equal
from central.reports.rules.counting import Figures
from central.reports.rules.money import NOT_MONEY
from central.sales.data_scope import Conditions
from central.store.tables.money import LedgerRow, OrderLineRow, OrderRow, RefundRow
from central.store.tables.reports import AdmissionRecordRow
from central.store.tables.tickets import TicketRow
from central.store.unit_of_work import Work
from protocol.directions import Direction
from protocol.identifiers import SiteId, TicketTypeId

_NO_TYPE: ColumnElement[int] = literal_column("0")


@dataclass(frozen=True, slots=True)
class Key:
    """The key of figures. Type 0: of no ticket type (money, orders, walk-ins); seller 0 and an empty channel: of no order."""

    ticket_type_id: int
    seller_id: int
    channel: str


_Counted = dict[Key, Figures]
_Query = Select[*tuple[Any, ...]]


async def count(work: Work, site_id: SiteId, span: Span, narrowed: Narrowed) -> _Counted:
    """Return the figures of a site in a time, within the filter and the data scope."""
    found: _Counted = {}
    for statement, names in (
        (_sold(site_id, span, narrowed), ("tickets", "persons", "sold_fen")),
        (_refunded(site_id, span, narrowed), ("refunded_tickets", "refunded_fen")),
        (_entered(site_id, span, narrowed, await catalog.uncounted_types(work)), ("entries",)),
        *((one, names) for one, names in _of_orders(site_id, span, narrowed) if narrowed.wanted.ticket_type_id is None),
    ):
        _add(found, (await (await work.connection()).execute(statement)).all(), names)
    return found


def _add(found: _Counted, rows: Iterable[Row[*tuple[Any, ...]]], names: tuple[str, ...]) -> None:
    for kind, seller, channel, *sums in rows:
        key = Key(kind or 0, seller or 0, channel or "")
        found[key] = found.get(key, Figures()) + Figures(**{name: int(value) for name, value in zip(names, sums, strict=True)})


def within(at: InstrumentedAttribute[Any] | Any, span: Span) -> Conditions:  # noqa: ANN401 - a column
    """Return the conditions on the time of a record."""
    return [col(at) >= span.since, col(at) < span.until]


def of_orders(site_id: SiteId, narrowed: Narrowed) -> Conditions:
    """Return the conditions on the order: its site, the filter and the data scope."""
    return [col(OrderRow.site_id) == site_id, *narrowed.sold(col(OrderRow.seller_id), col(OrderRow.channel))]


def _sold(site_id: SiteId, span: Span, narrowed: Narrowed) -> _Query:
    line, keys = OrderLineRow, (col(OrderLineRow.ticket_type_id), col(OrderRow.seller_id), col(OrderRow.channel))
    persons = col(line.quantity) * col(line.persons)
    sums = func.sum(col(line.quantity)), func.sum(persons), func.sum(persons * col(line.price_fen))
    query = select(*keys, *sums).join(OrderRow, col(OrderRow.id) == col(line.order_id))
    of_type = equal((col(line.ticket_type_id), narrowed.wanted.ticket_type_id))
    return query.where(*of_orders(site_id, narrowed), *within(OrderRow.paid_at, span), *of_type).group_by(*keys)


def _refunded(site_id: SiteId, span: Span, narrowed: Narrowed) -> _Query:
    row, keys = RefundRow, (col(TicketRow.ticket_type_id), col(OrderRow.seller_id), col(OrderRow.channel))
    tickets = func.sum(case((col(row.is_whole), 1), else_=0))
    query = select(*keys, tickets, func.sum(col(row.amount_fen)))
    query = query.select_from(row).join(TicketRow, col(TicketRow.id) == col(row.ticket_id))
    query = query.join(OrderRow, col(OrderRow.id) == col(row.order_id))
    of_type = equal((col(TicketRow.ticket_type_id), narrowed.wanted.ticket_type_id))
    is_back = col(row.state) == RefundState.PAID
    return query.where(*of_orders(site_id, narrowed), *within(row.decided_at, span), is_back, *of_type).group_by(*keys)


async def refunded(work: Work, site_id: SiteId, span: Span, narrowed: Narrowed) -> Figures:
    """Return the refunds of a site in a time, within the filter and the data scope."""
    rows = (await (await work.connection()).execute(_refunded(site_id, span, narrowed))).all()
    return Figures(refunded_tickets=sum(int(row[3]) for row in rows), refunded_fen=sum(int(row[4]) for row in rows))


def passages(site_id: SiteId, span: Span, narrowed: Narrowed, uncounted: Collection[TicketTypeId]) -> Conditions:
    """Return the conditions on the record of a passage that counts."""
    row = AdmissionRecordRow
    return [
        col(row.site_id) == site_id,
        *within(row.scanned_at, span),
        *narrowed.sold(col(row.seller_id), col(row.channel)),
        *equal((col(row.ticket_type_id), narrowed.wanted.ticket_type_id)),
        *([col(row.ticket_type_id).is_(None) | col(row.ticket_type_id).not_in(uncounted)] if uncounted else []),
    ]


def _entered(site_id: SiteId, span: Span, narrowed: Narrowed, uncounted: Collection[TicketTypeId]) -> _Query:
    row = AdmissionRecordRow
    keys = col(row.ticket_type_id), col(row.seller_id), col(row.channel)
    conditions = [*passages(site_id, span, narrowed, uncounted), col(row.direction) == Direction.ENTRY.value]
    return select(*keys, func.sum(col(row.counted))).where(*conditions).group_by(*keys)


def _of_orders(site_id: SiteId, span: Span, narrowed: Narrowed) -> tuple[tuple[_Query, tuple[str, ...]], ...]:
    """Return the figures that belong to an order as a whole."""
    keys = col(OrderRow.seller_id), col(OrderRow.channel)
    of_order = of_orders(site_id, narrowed)
    orders = select(_NO_TYPE, *keys, func.count()).where(*of_order, *within(OrderRow.paid_at, span)).group_by(*keys)
    return (
        (orders, ("orders",)),
        (_moved(of_order, span, into=True), ("taken_fen",)),
        (_moved(of_order, span, into=False), ("returned_fen",)),
    )


def _moved(of_order: Conditions, span: Span, *, into: bool) -> _Query:
    row, keys = LedgerRow, (col(OrderRow.seller_id), col(OrderRow.channel))
    money, other = (row.debit, row.credit) if into else (row.credit, row.debit)
    moved = and_(~_is_no_money(money), _is_no_money(other))
    query = select(_NO_TYPE, *keys, func.sum(col(row.amount_fen))).select_from(row)
    query = query.join(OrderRow, col(OrderRow.id) == col(row.order_id))
    return query.where(*of_order, *within(row.posted_at, span), moved).group_by(*keys)


def _is_no_money(account: Any) -> ColumnElement[bool]:  # noqa: ANN401 - a column
    return or_(*(col(account).like(f"{prefix}%") for prefix in NOT_MONEY))
