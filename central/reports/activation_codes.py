"""The list of activation codes, and the table that exports them: the only time when they are shown in clear text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, case
from sqlmodel import col, select
from sqlmodel.sql.expression import Select

from central.issuing.tickets import id_text
from central.reports.filters import Narrowed, equal
from central.reports.listing import EACH, Column, Kind, Listing, sums
from central.reports.words import CODE_STATES
from central.sales.activation import MadeCode
from central.sales.data_scope import Conditions
from central.sales.rules.activation import CodeState
from central.store.tables.activation import ActivationCodeRow
from central.store.tables.money import OrderRow
from central.store.tables.tickets import TicketRow
from central.store.unit_of_work import Work
from protocol.identifiers import SiteId, TicketId, TicketTypeId
from protocol.instants import Instant
from protocol.tickets.record import TicketState


@dataclass(frozen=True, slots=True)
class ListedCode:
    """A code, by its number; never the code itself. `last_day` is the last day on which it activates its ticket."""

    code_id: int
    ticket_id: TicketId
    order_id: int
    site_id: SiteId
    ticket_type_id: TicketTypeId
    seller_id: int
    channel: str
    state: CodeState
    last_day: date
    exported_at: Instant
    sent_at: Instant | None
    activated_at: Instant | None
    voided_at: Instant | None
    void_reason: str | None


def _state() -> ColumnElement[str]:
    row = ActivationCodeRow
    voided = col(row.voided_at).is_not(None) | (col(TicketRow.state) == int(TicketState.VOID))
    return case(
        (col(row.activated_at).is_not(None), CodeState.ACTIVATED.value),
        (voided, CodeState.VOIDED.value),
        (col(row.sent_at).is_not(None), CodeState.SENT.value),
        else_=CodeState.EXPORTED.value,
    )


def _query(narrowed: Narrowed) -> Select[ActivationCodeRow, TicketRow, OrderRow, str]:
    query = select(ActivationCodeRow, TicketRow, OrderRow, _state())
    query = query.join(TicketRow, col(TicketRow.id) == col(ActivationCodeRow.ticket_id))
    return query.join(OrderRow, col(OrderRow.id) == col(TicketRow.order_id)).where(*_conditions(narrowed))


async def _items(_work: Work, rows: Sequence[tuple[ActivationCodeRow, TicketRow, OrderRow, str]]) -> tuple[ListedCode, ...]:
    return tuple(_listed(row, ticket, order, CodeState(state)) for row, ticket, order, state in rows)


async def _totals(work: Work, narrowed: Narrowed) -> Mapping[str, int]:
    return await sums(work, _query(narrowed), codes=EACH)


def _conditions(narrowed: Narrowed) -> Conditions:
    wanted = narrowed.wanted
    return [
        *narrowed.sold(col(OrderRow.seller_id), col(OrderRow.channel)),
        *narrowed.during(col(TicketRow.site_id), col(ActivationCodeRow.exported_at)),
        *equal((col(TicketRow.ticket_type_id), wanted.ticket_type_id), (col(TicketRow.order_id), wanted.order_id)),
        *([] if wanted.state is None else [_state() == wanted.state]),
    ]


def _listed(row: ActivationCodeRow, ticket: TicketRow, order: OrderRow, state: CodeState) -> ListedCode:
    assert row.id is not None, "a stored code has its number"
    return ListedCode(
        code_id=row.id,
        ticket_id=row.ticket_id,
        order_id=ticket.order_id,
        site_id=ticket.site_id,
        ticket_type_id=ticket.ticket_type_id,
        seller_id=order.seller_id,
        channel=order.channel,
        state=state,
        last_day=row.last_day,
        exported_at=row.exported_at,
        sent_at=row.sent_at,
        activated_at=row.activated_at,
        voided_at=row.voided_at,
        void_reason=row.void_reason,
    )


CODES: Listing[ListedCode] = Listing(
    name="activation-codes",
    query=_query,
    keyset=(col(ActivationCodeRow.exported_at), col(ActivationCodeRow.id)),
    items=_items,
    totals=_totals,
    key=lambda one: (one.exported_at, one.code_id),
    columns=(
        Column("激活码序号", "Code number", Kind.NUMBER, lambda one, _names: one.code_id),
        Column("票号", "Ticket", Kind.TEXT, lambda one, _names: id_text(one.ticket_id)),
        Column("订单号", "Order", Kind.NUMBER, lambda one, _names: one.order_id),
        Column("景区", "Site", Kind.TEXT, lambda one, names: names.sites[one.site_id]),
        Column("票种", "Ticket type", Kind.TEXT, lambda one, names: names.ticket_types[one.ticket_type_id]),
        Column("售票员", "Seller", Kind.TEXT, lambda one, names: names.people[one.seller_id]),
        Column("状态", "State", Kind.TEXT, lambda one, names: names.word(CODE_STATES, one.state)),
        Column("激活截止日", "Activate by", Kind.DAY, lambda one, _names: one.last_day),
        Column("导出时间", "Exported at", Kind.TIME, lambda one, names: names.local(one.site_id, one.exported_at)),
        Column("发送时间", "Sent at", Kind.TIME, lambda one, names: names.local(one.site_id, one.sent_at)),
        Column("激活时间", "Activated at", Kind.TIME, lambda one, names: names.local(one.site_id, one.activated_at)),
        Column("作废时间", "Voided at", Kind.TIME, lambda one, names: names.local(one.site_id, one.voided_at)),
        Column("作废原因", "Why voided", Kind.TEXT, lambda one, _names: one.void_reason),
    ),
)

MADE_COLUMNS: tuple[Column[MadeCode], ...] = (
    Column("订单号", "Order", Kind.NUMBER, lambda one, _names: one.order_id),
    Column("票号", "Ticket", Kind.TEXT, lambda one, _names: id_text(one.ticket_id)),
    Column("短票号", "Short number", Kind.TEXT, lambda one, _names: one.short_number),
    Column("票种", "Ticket type", Kind.TEXT, lambda one, names: names.ticket_types[one.ticket_type_id]),
    Column("激活码", "Activation code", Kind.TEXT, lambda one, _names: one.code),
    Column("激活截止日", "Activate by", Kind.DAY, lambda one, _names: one.last_day),
)
