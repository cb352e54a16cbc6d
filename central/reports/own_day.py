"""A seller's home: the own day so far, and the own shift.

Laws: it holds the sales of the caller and of no other person, also where the caller's data scope is wider.
"""

from dataclasses import dataclass
from datetime import date

from sqlmodel import col, select

from central.catalog import service as catalog
from central.catalog.rules.business_days import business_days
from central.domain.principal import DataScope
from central.reports.filters import Narrowed, Wanted, sites_of
from central.reports.hours import parts_of, two_days_at
from central.reports.rules.counting import Figures
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


async def own_home(work: Work, user_id: int, now: Instant) -> OwnHome:
    """Return a person's own day at each site, by the number of the site."""
    row = (await work.session.exec(select(ShiftRow).where(col(ShiftRow.open_of) == user_id))).first()
    shift = None if row is None else shift_of(row)
    uncounted, narrowed = await catalog.uncounted_types(work), Narrowed(Wanted(), Sight(DataScope.OWN, user_id), None)
    days: list[OwnDay] = []
    for site in await sites_of(work, None):
        two_days = two_days_at(business_days(site.parameters), now)
        parts = await parts_of(work, site.site_id, two_days, narrowed, uncounted)
        if parts.today != Figures() or (shift is not None and shift.site_id == site.site_id):
            shown = own_figures(parts.today, parts.methods, shift_is_open=shift is not None)
            days.append(OwnDay(site.site_id, business_days(site.parameters).day_of(now), shown, parts.hours))
    return OwnHome(shift, tuple(days))
