"""A seller's home: the own day so far, and the own shift.

Laws: it holds the sales of the caller and of no other person, also where the caller's data scope is wider.
"""

from dataclasses import dataclass
from datetime import date

from sqlmodel import col, select

from central.catalog import service as catalog
from central.catalog.rules.business_days import business_days
from central.domain.principal import DataScope
from central.reports.daily_totals import figures_of_days
from central.reports.filters import Narrowed, Wanted, sites_of
from central.reports.hours import Asked, PastDays, parts_of, two_days_at
from central.reports.rules.counting import Figures, compared
from central.reports.rules.hours import Hour
from central.reports.rules.own_day import OwnFigures, own_figures
from central.sales.data_scope import Sight
from central.shifts.rows import Shift, shift_of
from central.store.tables.shifts import ShiftRow
from central.store.unit_of_work import Work
from protocol.identifiers import SiteId
from protocol.instants import Instant


@dataclass(frozen=True, slots=True)
class OwnDay:
    """A seller's business day at a site, so far."""

    site_id: SiteId
    day: date
    figures: OwnFigures
    hours: tuple[Hour, ...]


@dataclass(frozen=True, slots=True)
class OwnHome:
    """The own day at each site at which the seller sold today or has the shift; the open shift, or None."""

    shift: Shift | None
    days: tuple[OwnDay, ...]


async def own_home(work: Work, past: PastDays, user_id: int, now: Instant) -> OwnHome:
    """Return a person's own day at each site, by the number of the site."""
    row = (await work.session.exec(select(ShiftRow).where(col(ShiftRow.open_of) == user_id))).first()
    shift = None if row is None else shift_of(row)
    uncounted, narrowed = await catalog.uncounted_types(work), Narrowed(Wanted(), Sight(DataScope.OWN, user_id), None)
    days: list[OwnDay] = []
    for site in await sites_of(work, None):
        spans, asked = business_days(site.parameters), Asked(site.site_id, narrowed, uncounted)
        two_days, day = two_days_at(spans, now), compared(spans.day_of(now)).yesterday
        of_day = (await figures_of_days(work, site, (day,), narrowed, ("day",))).get((day,), Figures())
        parts = await parts_of(work, asked, two_days, await past.of(work, asked, two_days.yesterday, of_day))
        if parts.today != Figures() or (shift is not None and shift.site_id == site.site_id):
            shown = own_figures(parts.today, parts.methods, shift_is_open=shift is not None)
            days.append(OwnDay(site.site_id, spans.day_of(now), shown, parts.hours))
    return OwnHome(shift, tuple(days))
