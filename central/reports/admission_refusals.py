"""The list of refusals: each showing at which an arm stayed shut, by the time of the scan."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import col, select
from sqlmodel.sql.expression import Select

from central.issuing.tickets import id_text
from central.reports.filters import Narrowed, equal
from central.reports.listing import EACH, Column, Kind, Listing, sums
from central.reports.words import CHANNELS, DIRECTIONS
from central.store.tables.admissions import AdmissionRefusalRow
from central.store.tables.money import OrderRow
from central.store.tables.tickets import TicketRow
from central.store.unit_of_work import Work

_row = AdmissionRefusalRow


@dataclass(frozen=True, slots=True)
class ListedRefusal:
    """A refusal, and the type and the order of its ticket where one was recognised."""

    refusal: AdmissionRefusalRow
    ticket_type_id: int | None
    order_id: int | None
    seller_id: int | None
    channel: str | None

    @property
    def ticket(self) -> str | None:
        """Return the ticket's id as people see it; None where no ticket was recognised."""
        return id_text(self.refusal.ticket_id) if self.refusal.ticket_id else None


def _query(narrowed: Narrowed) -> Select[AdmissionRefusalRow, TicketRow, OrderRow]:
    wanted = narrowed.wanted
    query = select(_row, TicketRow, OrderRow).outerjoin(TicketRow, col(TicketRow.id) == col(_row.ticket_id))
    return query.outerjoin(OrderRow, col(OrderRow.id) == col(TicketRow.order_id)).where(
        *narrowed.sold(col(OrderRow.seller_id), col(OrderRow.channel)),
        *narrowed.during(col(_row.site_id), col(_row.scanned_at)),
        *equal((col(TicketRow.ticket_type_id), wanted.ticket_type_id), (col(_row.reason), wanted.state)),
        *equal((col(TicketRow.order_id), wanted.order_id), (col(_row.check_point_id), wanted.check_point_id)),
    )


async def _items(
    _work: Work, rows: Sequence[tuple[AdmissionRefusalRow, TicketRow | None, OrderRow | None]]
) -> tuple[ListedRefusal, ...]:
    return tuple(_listed(*found) for found in rows)


async def _totals(work: Work, narrowed: Narrowed) -> Mapping[str, int]:
    return await sums(work, _query(narrowed), refusals=EACH)


def _listed(row: AdmissionRefusalRow, ticket: TicketRow | None, order: OrderRow | None) -> ListedRefusal:
    if ticket is None or order is None:
        return ListedRefusal(row, None, None, None, None)
    return ListedRefusal(row, ticket.ticket_type_id, order.id, order.seller_id, order.channel)


REFUSALS: Listing[ListedRefusal] = Listing(
    name="admission-refusals",
    query=_query,
    keyset=(col(_row.scanned_at), col(_row.id)),
    items=_items,
    totals=_totals,
    key=lambda one: (one.refusal.scanned_at, one.refusal.id or 0),
    columns=(
        Column("刷票时间", "Scanned at", Kind.TIME, lambda one, names: names.local(one.refusal.site_id, one.refusal.scanned_at)),
        Column("景区", "Site", Kind.TEXT, lambda one, names: names.sites[one.refusal.site_id]),
        Column("检票设备", "Check point", Kind.TEXT, lambda one, names: names.check_points.get(one.refusal.check_point_id)),
        Column("方向", "Direction", Kind.TEXT, lambda one, names: names.word(DIRECTIONS, one.refusal.direction)),
        Column("原因", "Reason", Kind.TEXT, lambda one, _names: one.refusal.reason),
        Column("票号", "Ticket", Kind.TEXT, lambda one, _names: one.ticket),
        Column("票种", "Ticket type", Kind.TEXT, lambda one, names: names.ticket_types.get(one.ticket_type_id or 0)),
        Column("订单号", "Order", Kind.NUMBER, lambda one, _names: one.order_id),
        Column("售票员", "Seller", Kind.TEXT, lambda one, names: names.people.get(one.seller_id or 0)),
        Column("销售渠道", "Channel", Kind.TEXT, lambda one, names: names.word(CHANNELS, one.channel)),
        Column(
            "上传时间", "Received at", Kind.TIME, lambda one, names: names.local(one.refusal.site_id, one.refusal.received_at)
        ),
    ),
)
