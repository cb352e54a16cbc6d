"""The home page: each site's day so far, beside the days that it is compared with, what is open, and the coming days.

Laws: figures of the site as a whole are for a person whose scope is all; the other figures are within the caller's scope; today
is counted by ranges of indexes, whole days before it come from `daily_totals`.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date

from central.catalog import service as catalog
from central.catalog.rules.business_days import business_days
from central.catalog.rules.capacity import LoadLevel, level_after
from central.catalog.service import Site
from central.domain.principal import DataScope, Principal
from central.reports.coming_days import ComingDay, coming_days
from central.reports.daily_totals import figures_of_days
from central.reports.exceptions import NO_SITE, open_by_site
from central.reports.filters import Narrowed, Wanted, sites_of
from central.reports.hours import Asked, Parts, PastDays, parts_of, two_days_at
from central.reports.on_site import AtCheckPoint, at_check_points, on_site
from central.reports.rules.counting import Figures, compared
from central.reports.rules.exceptions import Open, OpenKind, each_kind, shown_kinds
from central.sales.data_scope import sight_of
from central.store.unit_of_work import Work
from central.sync.corrections import corrected_since
from protocol.identifiers import SiteId, TicketTypeId
from protocol.instants import Instant


@dataclass(frozen=True, slots=True)
class SiteToday:
    """A site's day so far, beside the whole days that it is compared with.

    The fields from `check_points` on are of the site: None for a scope narrower than all. `on_site` is entries less exits of the
    day, corrected by so many persons.
    """

    site_id: SiteId
    day: date
    parts: Parts
    yesterday: Figures
    same_day_last_week: Figures
    exceptions: tuple[Open, ...] = ()
    check_points: tuple[AtCheckPoint, ...] | None = None
    on_site: int | None = None
    corrected: int | None = None
    load: LoadLevel | None = None
    coming_days: tuple[ComingDay, ...] | None = None

    @property
    def today(self) -> Figures:
        """Return the day's figures so far."""
        return self.parts.today


@dataclass(frozen=True, slots=True)
class Home:
    """The sites by number, and what is open that is of no site."""

    sites: tuple[SiteToday, ...]
    of_no_site: tuple[Open, ...]


async def home(work: Work, past: PastDays, site_id: int | None, who: Principal, now: Instant) -> Home:
    """Return each site's day so far, by the number of the site."""
    sight = sight_of(who)
    sees_all = sight.scope is DataScope.ALL
    kinds = shown_kinds(who.permissions, sees_all=sees_all)
    found, uncounted = await open_by_site(work, kinds, sight, now), await catalog.uncounted_types(work)
    told: list[SiteToday] = []
    for site in await sites_of(work, site_id):
        exceptions = each_kind(kinds, found.get(site.site_id, {}))
        one = await _today(work, past, site, Asked(site.site_id, Narrowed(Wanted(), sight, None), uncounted), now)
        one = replace(one, exceptions=exceptions)
        told.append(await _with_the_whole(work, site, one, uncounted) if sees_all else one)
    of_none = [kind for kind in kinds if kind is OpenKind.DIFFERENCES and sees_all]
    return Home(tuple(told), each_kind(of_none, found.get(NO_SITE, {})))


async def _today(work: Work, past: PastDays, site: Site, asked: Asked, now: Instant) -> SiteToday:
    spans = business_days(site.parameters)
    days, two_days = compared(spans.day_of(now)), two_days_at(spans, now)
    before = (days.yesterday, days.same_day_last_week)
    found = await figures_of_days(work, site, before, asked.narrowed, ("day",))
    yesterday, last_week = (found.get((day,), Figures()) for day in before)
    parts = await parts_of(work, asked, two_days, await past.of(work, asked, two_days.yesterday, yesterday))
    return SiteToday(site.site_id, days.today, parts, yesterday, last_week)


async def _with_the_whole(work: Work, site: Site, told: SiteToday, uncounted: Collection[TicketTypeId]) -> SiteToday:
    parameters, day = site.parameters, told.day
    points = await at_check_points(work, site, told.parts.passed)
    corrected = await corrected_since(work, site.site_id, business_days(parameters).span(day, day).since)
    inside = on_site(points, corrected)
    return replace(
        told,
        check_points=points,
        on_site=inside,
        corrected=corrected,
        load=level_after(LoadLevel.OK, ((inside, parameters.capacity), (told.parts.today.entries, parameters.daily_capacity))),
        coming_days=await coming_days(work, site, day, uncounted),
    )
