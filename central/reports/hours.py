"""Today and yesterday in parts: tickets and entries by the hour, money by method; each by one statement over an index's range.

Laws: what is counted is what `reports.figures` counts, so that the parts sum to the figures of the day. The parts of yesterday
are counted once, and remembered as long as its figures are the same.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Label, distinct, func, literal, select
from sqlmodel import col

from central.catalog.rules.business_days import BusinessDays, Span
from central.reports import figures
from central.reports.filters import Narrowed
from central.reports.on_site import Passed
from central.reports.rules.counting import Figures, compared
from central.reports.rules.hours import HOUR_MS, Counted, Hour, PastDay, TwoDays, hours_of, past_day, summed
from central.reports.rules.money import MovedFen, OfMethod, by_method
from central.store.tables.money import LedgerRow, OrderLineRow, OrderRow
from central.store.tables.reports import AdmissionRecordRow
from central.store.unit_of_work import Work
from protocol.directions import Direction
from protocol.identifiers import SiteId, TicketTypeId
from protocol.instants import MS_PER_MINUTE, Instant

_STEP = "step"
MOST_DAYS_KEPT = 64


@dataclass(frozen=True, slots=True)
class Asked:
    """Of which site, within the filter and the data scope; `uncounted` are the types of staff."""

    site_id: SiteId
    narrowed: Narrowed
    uncounted: frozenset[TicketTypeId]


@dataclass(frozen=True, slots=True)
class Parts:
    """Today: the figures, the parts by hour and by method, and the persons by check point and direction.

    `yesterday_so_far` is what yesterday had come to at the same moment, in whole minutes, without orders and refunded tickets.
    """

    today: Figures
    hours: tuple[Hour, ...]
    methods: tuple[OfMethod, ...]
    passed: Passed
    yesterday_so_far: Figures


class PastDays:
    """Remembers the parts of days that are over, so many at most; the oldest ones are forgotten."""

    def __init__(self) -> None:
        self._kept: dict[tuple[Asked, Span], tuple[Figures, PastDay]] = {}

    async def of(self, work: Work, asked: Asked, span: Span, of_day: Figures) -> PastDay:
        """Return the parts of a day whose figures are `of_day`."""
        known = self._kept.get((asked, span))
        if known is not None and known[0] == of_day:
            return known[1]
        found = await _past_day(work, asked, span)
        self._kept[asked, span] = of_day, found
        while len(self._kept) > MOST_DAYS_KEPT:
            del self._kept[next(iter(self._kept))]
        return found


def two_days_at(days: BusinessDays, now: Instant) -> TwoDays:
    """Return today and yesterday of a site."""
    of = compared(days.day_of(now))
    return TwoDays(days.span(of.yesterday, of.yesterday), days.span(of.today, of.today), now)


async def parts_of(work: Work, asked: Asked, days: TwoDays, yesterday: PastDay) -> Parts:
    """Return the parts of today, beside yesterday's."""
    entered, passed = await _passed(work, asked, days.today, HOUR_MS)
    counted = (*await _sold(work, asked, days.today, HOUR_MS), *entered)
    methods = by_method(one for _, one in await _moved(work, asked, days.today, HOUR_MS))
    refunded = await figures.refunded(work, asked.site_id, days.today, asked.narrowed)
    return Parts(
        summed(counted) + _money(methods) + refunded,
        hours_of(days.today, counted, yesterday),
        methods,
        passed,
        yesterday.before(days.same_moment_yesterday - days.yesterday.since),
    )


async def _past_day(work: Work, asked: Asked, span: Span) -> PastDay:
    entered, _ = await _passed(work, asked, span, MS_PER_MINUTE)
    moved = await _moved(work, asked, span, MS_PER_MINUTE)
    money = (Counted(minute, _money(by_method([one]))) for minute, one in moved)
    sold = await _sold(work, asked, span, MS_PER_MINUTE)
    return past_day((*sold, *entered, *money))


def _money(methods: Iterable[OfMethod]) -> Figures:
    return sum((Figures(taken_fen=one.taken_fen, returned_fen=one.returned_fen) for one in methods), start=Figures())


async def _sold(work: Work, asked: Asked, span: Span, step_ms: int) -> list[Counted]:
    line = OrderLineRow
    persons = col(line.quantity) * col(line.persons)
    orders = func.count(distinct(col(line.order_id)))
    sums = orders, func.sum(col(line.quantity)), func.sum(persons), func.sum(persons * col(line.price_fen))
    query = select(_step(OrderRow.paid_at, span, step_ms), *sums).select_from(OrderRow)
    query = query.join(OrderLineRow, col(OrderRow.id) == col(line.order_id))
    query = query.where(*figures.of_orders(asked.site_id, asked.narrowed), *figures.within(OrderRow.paid_at, span))
    found = (await (await work.connection()).execute(query.group_by(_STEP))).all()
    return [Counted(int(step), Figures(*(int(one) for one in of_step))) for step, *of_step in found]


async def _passed(work: Work, asked: Asked, span: Span, step_ms: int) -> tuple[list[Counted], Passed]:
    row = AdmissionRecordRow
    places = col(row.check_point_id), col(row.direction)
    query = select(_step(row.scanned_at, span, step_ms), *places, func.sum(col(row.counted)))
    query = query.where(*figures.passages(asked.site_id, span, asked.narrowed, asked.uncounted)).group_by(_STEP, *places)
    entered: list[Counted] = []
    passed: dict[tuple[int, str], int] = {}
    for step, point, direction, persons in (await (await work.connection()).execute(query)).all():
        passed[point, direction] = passed.get((point, direction), 0) + int(persons)
        if direction == Direction.ENTRY.value:
            entered.append(Counted(int(step), Figures(entries=int(persons))))
    return entered, passed


async def _moved(work: Work, asked: Asked, span: Span, step_ms: int) -> list[tuple[int, MovedFen]]:
    row = LedgerRow
    accounts = col(row.debit), col(row.credit)
    query = select(_step(row.posted_at, span, step_ms), *accounts, func.sum(col(row.amount_fen))).select_from(row)
    query = query.join(OrderRow, col(OrderRow.id) == col(row.order_id))
    query = query.where(*figures.of_orders(asked.site_id, asked.narrowed), *figures.within(row.posted_at, span))
    found = (await (await work.connection()).execute(query.group_by(_STEP, *accounts))).all()
    return [(int(step), MovedFen(debit, credit, int(amount_fen))) for step, debit, credit, amount_fen in found]


def _step(at: Any, span: Span, step_ms: int) -> Label[int]:  # noqa: ANN401 - a column
    """Return in which step of the day a moment is."""
    return ((col(at) - literal(span.since, BigInteger)) // literal(step_ms, BigInteger)).label(_STEP)
