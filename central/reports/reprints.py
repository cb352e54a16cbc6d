"""The list of reprints (补打), and how many each seller has made: a second print is how a seller could sell a ticket twice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.sql.expression import Select

from central.issuing.tickets import id_text
from central.reports.filters import Narrowed, equal
from central.reports.listing import EACH, Column, Kind, Listing, sums
from central.sales.data_scope import Conditions
from central.store.tables.money import OrderRow
from central.store.tables.tickets import ReprintRow, TicketRow
from central.store.unit_of_work import Work
from protocol.identifiers import SiteId, TicketId, TicketTypeId
from protocol.instants import Instant


@dataclass(frozen=True, slots=True)
class ListedReprint:
    """A reprint of a ticket, the seller who made it, and why."""

    reprint_id: int
    ticket_id: TicketId
    order_id: int
    site_id: SiteId
    ticket_type_id: TicketTypeId
    number: int
    seller_id: int
    printed_at: Instant
    reason: str


@dataclass(frozen=True, slots=True)
class OfReprinter:
    """How often a seller has printed tickets again, and how many tickets these were."""

    seller_id: int
    reprints: int
    tickets: int


def _query(narrowed: Narrowed) -> Select[ReprintRow, TicketRow]:
    query = select(ReprintRow, TicketRow).join(TicketRow, col(TicketRow.id) == col(ReprintRow.ticket_id))
    return query.join(OrderRow, col(OrderRow.id) == col(TicketRow.order_id)).where(*_conditions(narrowed))


async def _items(_work: Work, rows: Sequence[tuple[ReprintRow, TicketRow]]) -> tuple[ListedReprint, ...]:
    return tuple(_listed(row, ticket) for row, ticket in rows)


async def _totals(work: Work, narrowed: Narrowed) -> Mapping[str, int]:
    return await sums(work, _query(narrowed), reprints=EACH)


async def by_seller(work: Work, narrowed: Narrowed) -> tuple[OfReprinter, ...]:
    """Return how often each seller has printed tickets again, by the seller's number."""
    seller = col(ReprintRow.printed_by)
    query = select(seller, func.count(), func.count(func.distinct(ReprintRow.ticket_id))).select_from(ReprintRow)
    query = query.join(TicketRow, col(TicketRow.id) == col(ReprintRow.ticket_id))
    query = query.join(OrderRow, col(OrderRow.id) == col(TicketRow.order_id)).where(*_conditions(narrowed))
    rows = (await work.session.exec(query.group_by(seller).order_by(seller))).all()
    return tuple(OfReprinter(number, int(reprints), int(tickets)) for number, reprints, tickets in rows)


def _conditions(narrowed: Narrowed) -> Conditions:
    wanted = narrowed.wanted
    return [
        *narrowed.sold(col(ReprintRow.printed_by), col(OrderRow.channel)),
        *narrowed.during(col(TicketRow.site_id), col(ReprintRow.printed_at)),
        *equal((col(TicketRow.ticket_type_id), wanted.ticket_type_id), (col(TicketRow.order_id), wanted.order_id)),
    ]


def _listed(row: ReprintRow, ticket: TicketRow) -> ListedReprint:
    assert row.id is not None, "a stored reprint has its number"
    return ListedReprint(
        reprint_id=row.id,
        ticket_id=row.ticket_id,
        order_id=ticket.order_id,
        site_id=ticket.site_id,
        ticket_type_id=ticket.ticket_type_id,
        number=row.number,
        seller_id=row.printed_by,
        printed_at=row.printed_at,
        reason=row.reason,
    )


REPRINTS: Listing[ListedReprint] = Listing(
    name="reprints",
    query=_query,
    keyset=(col(ReprintRow.printed_at), col(ReprintRow.id)),
    items=_items,
    totals=_totals,
    key=lambda one: (one.printed_at, one.reprint_id),
    columns=(
        Column("补打号", "Reprint", Kind.NUMBER, lambda one, _names: one.reprint_id),
        Column("票号", "Ticket", Kind.TEXT, lambda one, _names: id_text(one.ticket_id)),
        Column("第几次", "Times", Kind.NUMBER, lambda one, _names: one.number),
        Column("票种", "Ticket type", Kind.TEXT, lambda one, names: names.ticket_types[one.ticket_type_id]),
        Column("订单号", "Order", Kind.NUMBER, lambda one, _names: one.order_id),
        Column("景区", "Site", Kind.TEXT, lambda one, names: names.sites[one.site_id]),
        Column("售票员", "Seller", Kind.TEXT, lambda one, names: names.people[one.seller_id]),
        Column("原因", "Reason", Kind.TEXT, lambda one, _names: one.reason),
        Column("时间", "At", Kind.TIME, lambda one, names: names.local(one.site_id, one.printed_at)),
    ),
)
