"""The home page: each site's day so far, beside the days that it is compared with.

Laws: figures of the site as a whole are for a person whose scope is all; the other figures are within the caller's scope.
"""

from dataclasses import dataclass
from datetime import date

from central.catalog.rules.business_days import business_days
from central.catalog.rules.capacity import LoadLevel, level_after
from central.catalog.service import Site
from central.domain.principal import DataScope
from central.reports.daily_totals import figures_of_days
from central.reports.filters import Narrowed, Wanted, sites_of
from central.reports.on_site import AtCheckPoint, check_points_on, on_site
from central.reports.rules.counting import Figures, compared
from central.sales.data_scope import Sight
from central.store.unit_of_work import Work
from central.sync.corrections import corrected_since
from protocol.identifiers import SiteId
from protocol.instants import Instant


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


async def home(work: Work, site_id: int | None, sight: Sight, now: Instant) -> tuple[SiteToday, ...]:
    """Return each site's day so far, by the number of the site."""
    return tuple([await _today(work, site, sight, now) for site in await sites_of(work, site_id)])


async def _today(work: Work, site: Site, sight: Sight, now: Instant) -> SiteToday:
    days = compared(business_days(site.parameters).day_of(now))
    each = (days.today, days.yesterday, days.same_day_last_week)
    found = await figures_of_days(work, site, each, Narrowed(Wanted(), sight, None), ("day",))
    today, yesterday, last_week = (found.get((day,), Figures()) for day in each)
    points = await check_points_on(work, site, days.today) if sight.scope is DataScope.ALL else None
    if points is None:
        return SiteToday(site.site_id, days.today, today, yesterday, last_week, None, None, None, None)
    corrected = await corrected_since(work, site.site_id, business_days(site.parameters).span(days.today, days.today).since)
    inside, parameters = on_site(points, corrected), site.parameters
    load = level_after(LoadLevel.OK, ((inside, parameters.capacity), (today.entries, parameters.daily_capacity)))
    return SiteToday(site.site_id, days.today, today, yesterday, last_week, points, inside, corrected, load)
