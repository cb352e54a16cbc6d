"""Today and yesterday in parts: tickets and entries by the hour, money by method; each by one statement over an index's range.

Laws: what is counted is what `reports.figures` counts, so that the parts sum to the figures of the day.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Label, case, distinct, func, literal, select
from sqlmodel import col

from central.catalog.rules.business_days import BusinessDays, Span
from central.reports import figures
from central.reports.filters import Narrowed
from central.reports.on_site import Passed
from central.reports.rules.counting import Figures, compared
from central.reports.rules.hours import HOUR_MS, Counted, Hour, TwoDays, hours_of, summed
from central.reports.rules.money import MovedFen, OfMethod, by_method
from central.store.tables.money import LedgerRow, OrderLineRow, OrderRow
from central.store.tables.reports import AdmissionRecordRow
from central.store.unit_of_work import Work
from protocol.directions import Direction
from protocol.identifiers import SiteId, TicketTypeId
from protocol.instants import Instant

_BY_HOUR = ("is_today", "hour", "so_far")
_BY_DAY = ("is_today", "so_far")


@dataclass(frozen=True, slots=True)
class Parts:
    """Today: the figures, the parts by hour and by method, and the persons by check point and direction.

    `yesterday_so_far` is what yesterday had come to at the same moment, without refunded tickets.
    """

    today: Figures
    hours: tuple[Hour, ...]
    methods: tuple[OfMethod, ...]
    passed: Passed
    yesterday_so_far: Figures


def two_days_at(days: BusinessDays, now: Instant) -> TwoDays:
    """Return today and yesterday of a site."""
    of = compared(days.day_of(now))
    return TwoDays(days.span(of.yesterday, of.yesterday), days.span(of.today, of.today), now)


async def parts_of(work: Work, site_id: SiteId, days: TwoDays, narrowed: Narrowed, uncounted: Collection[TicketTypeId]) -> Parts:
    """Return the parts of a site's day, within the filter and the data scope; `uncounted` are the types of staff."""
    entered, passed = await _passed(work, site_id, days, narrowed, uncounted)
    counted = (*await _sold(work, site_id, days, narrowed), *entered)
    moved = await _moved(work, site_id, days, narrowed)
    methods = by_method(one for is_today, _, one in moved if is_today)
    until_then = by_method(one for is_today, so_far, one in moved if so_far and not is_today)
    refunded = await figures.refunded(work, site_id, days.today, narrowed)
    return Parts(
        summed(one for one in counted if one.is_today) + _money(methods) + refunded,
        hours_of(days, counted),
        methods,
        passed,
        summed(one for one in counted if one.so_far and not one.is_today) + _money(until_then),
    )


def _money(methods: Iterable[OfMethod]) -> Figures:
    return sum((Figures(taken_fen=one.taken_fen, returned_fen=one.returned_fen) for one in methods), start=Figures())


async def _sold(work: Work, site_id: SiteId, days: TwoDays, narrowed: Narrowed) -> list[Counted]:
    line = OrderLineRow
    persons = col(line.quantity) * col(line.persons)
    orders = func.count(distinct(col(line.order_id)))
    sums = orders, func.sum(col(line.quantity)), func.sum(persons), func.sum(persons * col(line.price_fen))
    query = select(*_parts(OrderRow.paid_at, days), *sums).select_from(OrderRow)
    query = query.join(OrderLineRow, col(OrderRow.id) == col(line.order_id))
    query = query.where(*figures.of_orders(site_id, narrowed), *figures.within(OrderRow.paid_at, _both(days)))
    found = await (await work.connection()).execute(query.group_by(*_BY_HOUR))
    return [
        Counted(bool(today), int(hour), bool(so_far), Figures(*(int(one) for one in found_sums)))
        for today, hour, so_far, *found_sums in found.all()
    ]


async def _passed(
    work: Work, site_id: SiteId, days: TwoDays, narrowed: Narrowed, uncounted: Collection[TicketTypeId]
) -> tuple[list[Counted], Passed]:
    row = AdmissionRecordRow
    places = col(row.check_point_id), col(row.direction)
    query = select(*_parts(row.scanned_at, days), *places, func.sum(col(row.counted)))
    query = query.where(*figures.passages(site_id, _both(days), narrowed, uncounted)).group_by(*_BY_HOUR, *places)
    entered: list[Counted] = []
    passed: dict[tuple[int, str], int] = {}
    for today, hour, so_far, point, direction, persons in (await (await work.connection()).execute(query)).all():
        if today:
            passed[point, direction] = passed.get((point, direction), 0) + int(persons)
        if direction == Direction.ENTRY.value:
            entered.append(Counted(bool(today), int(hour), bool(so_far), Figures(entries=int(persons))))
    return entered, passed


async def _moved(work: Work, site_id: SiteId, days: TwoDays, narrowed: Narrowed) -> list[tuple[bool, bool, MovedFen]]:
    row = LedgerRow
    is_today, _, so_far = _parts(row.posted_at, days)
    query = select(is_today, so_far, col(row.debit), col(row.credit), func.sum(col(row.amount_fen))).select_from(row)
    query = query.join(OrderRow, col(OrderRow.id) == col(row.order_id))
    query = query.where(*figures.of_orders(site_id, narrowed), *figures.within(row.posted_at, _both(days)))
    found = await (await work.connection()).execute(query.group_by(*_BY_DAY, col(row.debit), col(row.credit)))
    return [
        (bool(today), bool(then), MovedFen(debit, credit, int(amount_fen)))
        for today, then, debit, credit, amount_fen in found.all()
    ]


def _both(days: TwoDays) -> Span:
    return Span(days.yesterday.since, days.today.until)


def _parts(at: Any, days: TwoDays) -> tuple[Label[int], Label[int], Label[int]]:  # noqa: ANN401 - a column
    """Return the day of a moment, its hour within that day, and whether it is before this moment of its day."""
    begun = col(at) >= days.today.since
    since = case((begun, _whole(days.today.since)), else_=_whole(days.yesterday.since))
    so_far = case((begun, _whole(1)), (col(at) < days.same_moment_yesterday, _whole(1)), else_=_whole(0))
    is_today = case((begun, _whole(1)), else_=_whole(0))
    return is_today.label("is_today"), ((col(at) - since) // _whole(HOUR_MS)).label("hour"), so_far.label("so_far")


def _whole(value: int) -> Any:  # noqa: ANN401 - SQLAlchemy's literal
    return literal(value, BigInteger)
