"""What finance reads by business day: takings by method, fees kept on refunds, and what drawers had over or short.

Laws: takings and fees are sums of the ledger's movements of orders, within the caller's scope, each on the business day of its
order's site; over and short are those of handed-in drawers, on the day of the hand-in.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, case, func, select
from sqlmodel import col

from central.payments.methods import Method
from central.reports.day_spans import DaySpans, days_of_sites
from central.reports.filters import Narrowed, Wanted
from central.reports.rules.takings import Takings, takings_of
from central.sales.data_scope import Sight
from central.store.tables.money import LedgerRow, OrderRow, RefundRow
from central.store.tables.shifts import ShiftRow
from central.store.tables.tickets import TicketRow
from central.store.unit_of_work import Work

_FEES = "fees/%"


@dataclass(frozen=True, slots=True)
class DayTakings:
    """What a site took and gave back by a method on a day."""

    day: date
    site_id: int
    method: Method
    takings: Takings


@dataclass(frozen=True, slots=True)
class DayFees:
    """What a site kept on so many refunds of a type on a day."""

    day: date
    site_id: int
    ticket_type_id: int | None
    refunds: int
    fee_fen: int


@dataclass(frozen=True, slots=True)
class DayOverShort:
    """A seller's so many drawers of a day: what was over, and what was short; both at least zero."""

    day: date
    site_id: int
    seller_id: int
    shifts: int
    over_fen: int
    short_fen: int


async def takings(work: Work, wanted: Wanted, sight: Sight) -> tuple[DayTakings, ...]:
    """Return the takings of orders by day, site and method, oldest day first; `wanted` names both days."""
    spans, row = await _spans(work, wanted), LedgerRow
    if spans is None:
        return ()
    accounts = col(row.debit), col(row.credit)
    query = spans.select(*accounts, func.sum(col(row.amount_fen)), func.count())
    query = query.join(row, spans.during(col(row.posted_at)))
    query = _of_orders(query, spans, Narrowed(wanted, sight, None)).group_by(*spans.keys, *accounts)
    found: dict[tuple[date, int, Method], Takings] = {}
    for site_id, number, debit, credit, amount_fen, movements in await _rows(work, query):
        taken = takings_of(debit, credit, int(amount_fen), movements)
        if taken is not None and wanted.method in (None, taken[0]):
            key = date.fromordinal(number), site_id, taken[0]
            found[key] = found.get(key, Takings()) + taken[1]
    return tuple(DayTakings(*key, found[key]) for key in sorted(found))


async def fees(work: Work, wanted: Wanted, sight: Sight) -> tuple[DayFees, ...]:
    """Return the fees of refunds by day, site and ticket type, oldest day first; `wanted` names both days."""
    spans, row = await _spans(work, wanted), LedgerRow
    if spans is None:
        return ()
    kind = col(TicketRow.ticket_type_id)
    query = spans.select(kind, func.count(), func.sum(col(row.amount_fen)))
    query = query.join(row, spans.during(col(row.posted_at)) & col(row.credit).like(_FEES))
    query = query.outerjoin(RefundRow, col(RefundRow.id) == col(row.refund_id))
    query = query.outerjoin(TicketRow, col(TicketRow.id) == col(RefundRow.ticket_id))
    query = _of_orders(query, spans, Narrowed(wanted, sight, None)).group_by(*spans.keys, kind)
    found = [
        DayFees(date.fromordinal(number), site_id, type_id, refunds, int(fee_fen))
        for site_id, number, type_id, refunds, fee_fen in await _rows(work, query)
    ]
    return tuple(sorted(found, key=lambda one: (one.day, one.site_id, one.ticket_type_id or 0)))


async def over_short(work: Work, wanted: Wanted, sight: Sight) -> tuple[DayOverShort, ...]:
    """Return what handed-in drawers had over or short by day, site and seller, oldest day first; `wanted` names both days."""
    spans, row = await _spans(work, wanted), ShiftRow
    if spans is None:
        return ()
    came_fen = col(row.float_fen) + col(row.sold_fen) + col(row.other_fen)
    over_fen = col(row.counted_fen) - (came_fen - col(row.refunded_fen) - col(row.handed_in_fen))
    sums = func.sum(case((over_fen > 0, over_fen), else_=0)), func.sum(case((over_fen < 0, -over_fen), else_=0))
    query = spans.select(col(row.seller_id), func.count(), *sums)
    query = query.join(row, spans.during(col(row.closed_at)) & spans.at(col(row.site_id)))
    query = query.where(*Narrowed(wanted, sight, None).sold(col(row.seller_id), col(row.channel)))
    found = [
        DayOverShort(date.fromordinal(number), site_id, seller_id, shifts, int(over), int(short))
        for site_id, number, seller_id, shifts, over, short in await _rows(work, query.group_by(*spans.keys, col(row.seller_id)))
    ]
    return tuple(sorted(found, key=lambda one: (one.day, one.site_id, one.seller_id)))


def _of_orders(query: Select[*tuple[Any, ...]], spans: DaySpans, narrowed: Narrowed) -> Select[*tuple[Any, ...]]:
    """Keep the movements of orders at the day's site, within the filter and the data scope.

    A join would let the database begin with all orders of the site or the seller, once for each day.
    """
    seen = narrowed.sold(col(OrderRow.seller_id), col(OrderRow.channel))
    site = select(col(OrderRow.site_id)).where(col(OrderRow.id) == col(LedgerRow.order_id), *seen)
    return query.where(spans.at(site.scalar_subquery()))


async def _spans(work: Work, wanted: Wanted) -> DaySpans | None:
    """Return the days of the filter; None where there is no such site."""
    assert wanted.first_day is not None, "a report by day names its days"
    assert wanted.last_day is not None, "a report by day names its days"
    days = await days_of_sites(work, wanted.site_id, wanted.first_day, wanted.last_day)
    return DaySpans(days) if days else None


async def _rows(work: Work, query: Select[*tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in (await (await work.connection()).execute(query)).all()]
