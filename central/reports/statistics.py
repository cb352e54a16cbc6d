"""Statistics over days (门票统计, 渠道统计), and the home figures.

Laws: statistics are of whole business days, each site's own; only a person whose scope is all sees entries that belong to no
order.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, select
from sqlmodel import col

from central.catalog import service as catalog
from central.catalog.rules.business_days import business_days
from central.catalog.rules.capacity import LoadLevel, level_after
from central.catalog.service import Site
from central.domain.principal import DataScope
from central.reports.daily_totals import figures_of_days
from central.reports.filters import Narrowed, Wanted, sites_of
from central.reports.listing import Column, Kind
from central.reports.rules.counting import Figures, compared, days_between
from central.sales.data_scope import Sight
from central.store.tables.devices import CheckPointRow
from central.store.tables.reports import AdmissionRecordRow
from central.store.unit_of_work import Work
from central.sync.corrections import corrected_since
from protocol.directions import Direction
from protocol.identifiers import SiteId
from protocol.instants import Instant, local_day


@dataclass(frozen=True, slots=True)
class OfType:
    """The figures of a ticket type on a day; of no type: walk-ins."""

    day: date
    ticket_type_id: int | None
    figures: Figures


@dataclass(frozen=True, slots=True)
class OfSeller:
    """The figures of a seller in a channel."""

    seller_id: int
    channel: str
    figures: Figures


@dataclass(frozen=True, slots=True)
class AtCheckPoint:
    """Persons who passed a check point today."""

    check_point_id: int
    name_zh: str
    name_en: str
    entries: int
    exits: int


@dataclass(frozen=True, slots=True)
class SiteToday:
    """A site's day so far, beside the whole days that it is compared with.

    `check_points`, `on_site` (entries less exits of the day, corrected by so many persons) and `load` are of the site: None for a
    scope narrower than all.
    """

    site_id: SiteId
    day: date
    today: Figures
    yesterday: Figures
    same_day_last_week: Figures
    check_points: tuple[AtCheckPoint, ...] | None
    on_site: int | None
    corrected: int | None
    load: LoadLevel | None


FiguresT = TypeVar("FiguresT", OfType, OfSeller)


async def ticket_statistics(work: Work, wanted: Wanted, sight: Sight) -> tuple[OfType, ...]:
    """Return the figures by day and ticket type, in that order."""
    found = await _summed(work, wanted, sight, ("day", "ticket_type_id"))
    rows = (_of_type(day, kind, figures) for (day, kind), figures in sorted(found.items()))
    return tuple(row for row in rows if row.ticket_type_id is not None or row.figures.entries)


def _of_type(day: date, kind: int, figures: Figures) -> OfType:
    """Return a row; where the type is none, it has walk-ins only, because orders and money are of no type either."""
    return OfType(day, kind, figures) if kind else OfType(day, None, Figures(entries=figures.entries))


async def seller_statistics(work: Work, wanted: Wanted, sight: Sight) -> tuple[OfSeller, ...]:
    """Return the figures by seller and channel, in that order."""
    found = await _summed(work, wanted, sight, ("seller_id", "channel"))
    return tuple(OfSeller(seller, channel, figures) for (seller, channel), figures in sorted(found.items()) if seller)


async def _summed(work: Work, wanted: Wanted, sight: Sight, by: tuple[str, ...]) -> dict[tuple[Any, ...], Figures]:
    assert wanted.first_day is not None, "statistics say their days"
    assert wanted.last_day is not None, "statistics say their days"
    days = tuple(days_between(wanted.first_day, wanted.last_day))
    total: dict[tuple[Any, ...], Figures] = {}
    for site in await sites_of(work, wanted.site_id):
        found = await figures_of_days(work, site, days, Narrowed(wanted, sight, None), by)
        for key, figures in found.items():
            total[key] = total.get(key, Figures()) + figures
    return total


async def home(work: Work, site_id: int | None, sight: Sight, now: Instant) -> tuple[SiteToday, ...]:
    """Return each site's day so far, by the number of the site."""
    return tuple([await _today(work, site, sight, now) for site in await sites_of(work, site_id)])


async def _today(work: Work, site: Site, sight: Sight, now: Instant) -> SiteToday:
    days = compared(business_days(site.parameters).day_of(now))
    each = (days.today, days.yesterday, days.same_day_last_week)
    found = await figures_of_days(work, site, each, Narrowed(Wanted(), sight, None), ("day",))
    today, yesterday, last_week = (found.get((day,), Figures()) for day in each)
    points = await _check_points(work, site, days.today) if sight.scope is DataScope.ALL else None
    if points is None:
        return SiteToday(site.site_id, days.today, today, yesterday, last_week, None, None, None, None)
    corrected = await corrected_since(work, site.site_id, business_days(site.parameters).span(days.today, days.today).since)
    inside, parameters = on_site(points, corrected), site.parameters
    load = level_after(LoadLevel.OK, ((inside, parameters.capacity), (today.entries, parameters.daily_capacity)))
    return SiteToday(site.site_id, days.today, today, yesterday, last_week, points, inside, corrected, load)


def on_site(points: Iterable[AtCheckPoint], corrected: int) -> int:
    """Return how many persons are on site by the counts of check points, with the corrections; never below zero."""
    return max(0, sum(one.entries - one.exits for one in points) + corrected)


async def loads(work: Work, site: Site, now: Instant) -> tuple[date, tuple[tuple[int, int | None], ...]]:
    """Return a site's local day, and its (persons, maximum): on site now, and come today."""
    parameters, today = site.parameters, local_day(now, ZoneInfo(site.parameters.zone))
    days = business_days(parameters)
    day = days.day_of(now)
    points, since = await _check_points(work, site, day), days.span(day, day).since
    inside = on_site(points, await corrected_since(work, site.site_id, since))
    return today, ((inside, parameters.capacity), (sum(one.entries for one in points), parameters.daily_capacity))


async def _check_points(work: Work, site: Site, day: date) -> tuple[AtCheckPoint, ...]:
    row, span = AdmissionRecordRow, business_days(site.parameters).span(day, day)
    at_site: tuple[ColumnElement[bool], ...] = (
        col(row.site_id) == site.site_id,
        col(row.scanned_at) >= span.since,
        col(row.scanned_at) < span.until,
    )
    keys = col(row.check_point_id), col(row.direction)
    connection = await work.connection()
    uncounted = await catalog.uncounted_types(work)
    if uncounted:
        at_site = (*at_site, col(row.ticket_type_id).is_(None) | col(row.ticket_type_id).not_in(uncounted))
    counted = await connection.execute(select(*keys, func.sum(col(row.counted))).where(*at_site).group_by(*keys))
    persons = {(point, direction): int(total) for point, direction, total in counted.all()}
    points = select(col(CheckPointRow.id), col(CheckPointRow.name_zh), col(CheckPointRow.name_en))
    found = await connection.execute(points.where(col(CheckPointRow.site_id) == site.site_id).order_by(col(CheckPointRow.id)))
    return tuple(
        AtCheckPoint(
            number or 0,
            name_zh,
            name_en,
            persons.get((number or 0, Direction.ENTRY.value), 0),
            persons.get((number or 0, Direction.EXIT.value), 0),
        )
        for number, name_zh, name_en in found.all()
    )


def _sold(_of: type[FiguresT]) -> tuple[Column[FiguresT], ...]:
    return (
        Column("售出张数", "Tickets sold", Kind.NUMBER, lambda one, _names: one.figures.tickets),
        Column("售出人次", "Persons sold for", Kind.NUMBER, lambda one, _names: one.figures.persons),
        Column("售出金额（元）", "Sold for (CNY)", Kind.FEN, lambda one, _names: one.figures.sold_fen),
        Column("退票张数", "Tickets refunded", Kind.NUMBER, lambda one, _names: one.figures.refunded_tickets),
        Column("退票金额（元）", "Refunded (CNY)", Kind.FEN, lambda one, _names: one.figures.refunded_fen),
    )


TYPE_COLUMNS: tuple[Column[OfType], ...] = (
    Column("日期", "Day", Kind.TEXT, lambda one, _names: one.day.isoformat()),
    Column("票种", "Ticket type", Kind.TEXT, lambda one, names: names.ticket_types.get(one.ticket_type_id or 0)),
    *_sold(OfType),
    Column("入园人次", "Entries", Kind.NUMBER, lambda one, _names: one.figures.entries),
)

SELLER_COLUMNS: tuple[Column[OfSeller], ...] = (
    Column("售票员", "Seller", Kind.TEXT, lambda one, names: names.people[one.seller_id]),
    Column("销售渠道", "Channel", Kind.TEXT, lambda one, _names: one.channel),
    Column("订单数", "Orders", Kind.NUMBER, lambda one, _names: one.figures.orders),
    *_sold(OfSeller),
    Column("收款（元）", "Money taken (CNY)", Kind.FEN, lambda one, _names: one.figures.taken_fen),
    Column("退款（元）", "Money returned (CNY)", Kind.FEN, lambda one, _names: one.figures.returned_fen),
)
