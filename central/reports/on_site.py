"""Who is on site, by the counts of check points.

Laws: staff are not counted; the count begins at zero on each business day; corrections of the day are part of it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, select
from sqlmodel import col

from central.catalog import service as catalog
from central.catalog.rules.business_days import business_days
from central.catalog.service import Site
from central.domain.texts import in_english
from central.store.tables.devices import CheckPointRow
from central.store.tables.reports import AdmissionRecordRow
from central.store.unit_of_work import Work
from central.sync.corrections import corrected_since
from protocol.directions import Direction
from protocol.instants import Instant, local_day

# How many persons passed, by the number of the check point and the direction.
Passed = Mapping[tuple[int, str], int]


@dataclass(frozen=True, slots=True)
class AtCheckPoint:
    """Persons who passed a check point today."""

    check_point_id: int
    name_zh: str
    name_en: str
    entries: int
    exits: int


def on_site(points: Iterable[AtCheckPoint], corrected: int) -> int:
    """Return how many persons are on site by the counts of check points, with the corrections; never below zero."""
    return max(0, sum(one.entries - one.exits for one in points) + corrected)


async def loads(work: Work, site: Site, now: Instant) -> tuple[date, tuple[tuple[int, int | None], ...]]:
    """Return a site's local day, and its (persons, maximum): on site now, and come today."""
    parameters, today = site.parameters, local_day(now, ZoneInfo(site.parameters.zone))
    days = business_days(parameters)
    day = days.day_of(now)
    points, since = await check_points_on(work, site, day), days.span(day, day).since
    inside = on_site(points, await corrected_since(work, site.site_id, since))
    return today, ((inside, parameters.capacity), (sum(one.entries for one in points), parameters.daily_capacity))


async def check_points_on(work: Work, site: Site, day: date) -> tuple[AtCheckPoint, ...]:
    """Return how many persons passed each check point of a site on a business day, by its number."""
    row, span = AdmissionRecordRow, business_days(site.parameters).span(day, day)
    at_site: tuple[ColumnElement[bool], ...] = (
        col(row.site_id) == site.site_id,
        col(row.scanned_at) >= span.since,
        col(row.scanned_at) < span.until,
    )
    keys = col(row.check_point_id), col(row.direction)
    uncounted = await catalog.uncounted_types(work)
    if uncounted:
        at_site = (*at_site, col(row.ticket_type_id).is_(None) | col(row.ticket_type_id).not_in(uncounted))
    query = select(*keys, func.sum(col(row.counted))).where(*at_site).group_by(*keys)
    counted = (await (await work.connection()).execute(query)).all()
    return await at_check_points(work, site, {(point, direction): int(total) for point, direction, total in counted})


async def at_check_points(work: Work, site: Site, passed: Passed) -> tuple[AtCheckPoint, ...]:
    """Return each check point of a site with the persons who passed it, by its number."""
    points = select(col(CheckPointRow.id), col(CheckPointRow.name_zh), col(CheckPointRow.name_en))
    points = points.where(col(CheckPointRow.site_id) == site.site_id).order_by(col(CheckPointRow.id))
    return tuple(
        AtCheckPoint(
            number,
            name_zh,
            in_english(name_zh, name_en),
            passed.get((number, Direction.ENTRY.value), 0),
            passed.get((number, Direction.EXIT.value), 0),
        )
        for number, name_zh, name_en in (await (await work.connection()).execute(points)).all()
        if number is not None
    )
