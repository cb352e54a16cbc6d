"""Records of business days, each site's own, as conditions of a query.

Laws: a day of a record is the day of the site that the record belongs to; both ends are included.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_
from sqlmodel import col

from central.catalog import service as catalog
from central.catalog.rules.business_days import business_days
from central.store.unit_of_work import Work

EARLIEST_DAY, LATEST_DAY = date(2000, 1, 1), date(2199, 12, 31)


@dataclass(frozen=True, slots=True)
class SiteDays:
    """Of one site or all (None), from the first day to the last; None does not restrict."""

    site_id: int | None = None
    first_day: date | None = None
    last_day: date | None = None


ANY_SITE_AND_DAY = SiteDays()


async def within(work: Work, site: Any, at: Any, wanted: SiteDays) -> list[ColumnElement[bool]]:  # noqa: ANN401 - columns
    """Return the conditions on the site and the time of a record."""
    at_site = [] if wanted.site_id is None else [col(site) == wanted.site_id]
    if wanted.first_day is None and wanted.last_day is None:
        return at_site
    first, last = wanted.first_day or EARLIEST_DAY, wanted.last_day or LATEST_DAY
    sites = [one for one in await catalog.sites(work) if wanted.site_id in (None, one.site_id)]
    spans = {one.site_id: business_days(one.parameters).span(first, last) for one in sites}
    each = [and_(col(site) == number, col(at) >= span.since, col(at) < span.until) for number, span in spans.items()]
    return [or_(*each) if each else false()]
