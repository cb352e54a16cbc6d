"""Figures of business days: those of past days are counted once and stored, the others are counted for each request.

Laws: a stored day is used only while the site's day still has exactly the same bounds; the job that records a late admission
deletes its day under the lock under which days are stored; a day is stored only when nothing that belongs to it can still be
uncommitted.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col

from central.catalog.rules.business_days import BusinessDays, Span, business_days
from central.catalog.service import Site
from central.reports.figures import count
from central.reports.filters import Narrowed, Wanted, equal, sites_of
from central.reports.rules.counting import NAMES, Figures, days_between
from central.sales.data_scope import EVERYTHING, Conditions
from central.store import counters
from central.store.bulk import insert_rows
from central.store.tables.money import LedgerRow, OrderRow
from central.store.tables.reports import AdmissionRecordRow, CountedDayRow, DayFigureRow
from central.store.unit_of_work import Store, Work
from protocol.identifiers import SiteId
from protocol.instants import MS_PER_MINUTE, Instant

# No transaction lasts nearly as long: after this time, all transactions of a day have committed.
SETTLED_AFTER_MS = 60 * MS_PER_MINUTE
MOST_DAYS_A_RUN = 40
OLDEST_DAYS = 3 * 366
# So many days are counted without a query for the first day on which anything happened.
FEW_DAYS = 8
_KEYS = ("ticket_type_id", "seller_id", "channel")
_COLUMNS = ("site_id", "day", *_KEYS, *NAMES)


async def figures_of_days(
    work: Work, site: Site, days: Iterable[date], narrowed: Narrowed, by: tuple[str, ...]
) -> dict[tuple[Any, ...], Figures]:
    """Return the figures of a site's days, summed by these columns of `DayFigureRow`; within the filter and the data scope."""
    wanted_days, spans = set(days), business_days(site.parameters)
    kept = await _kept(work, site.site_id, spans, wanted_days)
    found = await _sums(work, site.site_id, kept, narrowed, by)
    for day in await _begun(work, spans, wanted_days - kept):
        for key, figures in (await count(work, site.site_id, spans.span(day, day), narrowed)).items():
            said = {"day": day, **{name: getattr(key, name) for name in _KEYS}}
            place = tuple(said[name] for name in by)
            found[place] = found.get(place, Figures()) + figures
    return found


async def _begun(work: Work, spans: BusinessDays, days: set[date]) -> list[date]:
    """Return, in order, those of the days on which anything can have happened; of few days, all."""
    if len(days) <= FEW_DAYS:
        return sorted(days)
    first = await _first_moment(work)
    return [] if first is None else sorted(day for day in days if day >= spans.day_of(first))


async def _kept(work: Work, site_id: SiteId, spans: BusinessDays, days: set[date]) -> set[date]:
    row = CountedDayRow
    bounds = [col(row.site_id) == site_id]
    if days:
        bounds += [col(row.day) >= min(days), col(row.day) <= max(days)]
    found = await (await work.connection()).execute(select(col(row.day), col(row.since), col(row.until)).where(*bounds))
    return {day for day, since, until in found.all() if day in days and spans.span(day, day) == Span(since, until)}


async def _sums(
    work: Work, site_id: SiteId, days: set[date], narrowed: Narrowed, by: tuple[str, ...]
) -> dict[tuple[Any, ...], Figures]:
    if not days:
        return {}
    row = DayFigureRow
    keys = [getattr(row, name) for name in by]
    sums = (func.sum(getattr(row, name)) for name in NAMES)
    conditions: Conditions = [
        col(row.site_id) == site_id,
        col(row.day).in_(sorted(days)),
        *narrowed.sold(col(row.seller_id), col(row.channel)),
        *equal((col(row.ticket_type_id), narrowed.wanted.ticket_type_id)),
    ]
    found = await (await work.connection()).execute(select(*keys, *sums).where(*conditions).group_by(*keys))
    places = len(by)
    return {tuple(values[:places]): Figures(*(int(value) for value in values[places:])) for values in map(tuple, found.all())}


async def keep_some(store: Store, now: Instant) -> bool:
    """Store the figures of past days that are not stored yet, so many at most; return whether there are more. A job."""
    async with store.reading() as work:
        missing = [(site, day) for site in await sites_of(work, None) for day in await _missing(work, site, now)]
    for site, day in missing[:MOST_DAYS_A_RUN]:
        await _keep(store, site, day)
    return len(missing) > MOST_DAYS_A_RUN


async def _missing(work: Work, site: Site, now: Instant) -> list[date]:
    spans = business_days(site.parameters)
    first = await _first_moment(work)
    if first is None:
        return []
    last = spans.day_of(Instant(now - SETTLED_AFTER_MS)) - timedelta(days=1)
    days = set(days_between(max(spans.day_of(first), last - timedelta(days=OLDEST_DAYS)), last))
    return sorted(days - await _kept(work, site.site_id, spans, days))


async def _first_moment(work: Work) -> Instant | None:
    connection = await work.connection()
    found = [
        (await connection.execute(select(func.min(column)))).scalar_one()
        for column in (col(OrderRow.created_at), col(LedgerRow.posted_at), col(AdmissionRecordRow.scanned_at))
    ]
    return min((Instant(one) for one in found if one is not None), default=None)


async def _keep(store: Store, site: Site, day: date) -> None:
    span = business_days(site.parameters).span(day, day)
    async with store.transaction() as work:
        connection = await work.connection()
        await connection.run_sync(counters.raised, counters.REPORTS)
        await _forget(connection, site.site_id, day)
        counted = await count(work, site.site_id, span, Narrowed(Wanted(), EVERYTHING, None))
        stored = day.isoformat() if connection.dialect.name == "sqlite" else day
        rows = [
            (site.site_id, stored, key.ticket_type_id, key.seller_id, key.channel, *(getattr(one, name) for name in NAMES))
            for key, one in counted.items()
        ]
        await insert_rows(connection, DayFigureRow, _COLUMNS, rows)
        work.session.add(CountedDayRow(site_id=site.site_id, day=day, since=span.since, until=span.until))


async def _forget(connection: AsyncConnection, site_id: SiteId, day: date) -> None:
    for table in (CountedDayRow, DayFigureRow):
        await connection.execute(delete(table).where(col(table.site_id) == site_id, col(table.day) == day))
