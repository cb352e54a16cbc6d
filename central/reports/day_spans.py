"""The business days of sites as a table within a statement, so that one statement groups by day on both databases.

Law: a day has the bounds that its site gives it, also where a day is not 24 hours long.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Integer, Select, column, select, values
from sqlalchemy.orm import Mapped

from central.catalog.rules.business_days import Span, business_days
from central.reports.filters import sites_of
from central.reports.rules.counting import days_between
from central.store.unit_of_work import Work


@dataclass(frozen=True, slots=True)
class DayOfSite:
    """A day and its time at a site; site 0: at none."""

    site_id: int
    day: date
    span: Span


class DaySpans:
    """The table: `site_id`, `number` (the day's `date.toordinal`), and its bounds."""

    def __init__(self, days: Iterable[DayOfSite]) -> None:
        """Take the days; at least one."""
        names = column("site_id", Integer), column("number", Integer), column("since", BigInteger), column("until", BigInteger)
        rows = [(one.site_id, one.day.toordinal(), one.span.since, one.span.until) for one in days]
        self._table = values(*names, name="day_span").data(rows).cte("day_span")

    @property
    def keys(self) -> tuple[ColumnElement[int], ColumnElement[int]]:
        """Return the columns to group by: the site, and the number of the day."""
        return self._table.c.site_id, self._table.c.number

    def select(self, *columns: ColumnElement[Any] | Mapped[Any]) -> Select[*tuple[Any, ...]]:
        """Return a query of the keys and these columns, from this table."""
        return select(*self.keys, *columns).select_from(self._table)

    def during(self, at: Mapped[Any]) -> ColumnElement[bool]:
        """Return the condition that a moment lies in the day."""
        return (at >= self._table.c.since) & (at < self._table.c.until)

    def at(self, site: ColumnElement[Any] | Mapped[Any]) -> ColumnElement[bool]:
        """Return the condition that something belongs to the site."""
        return self._table.c.site_id == site


async def days_of_sites(work: Work, site_id: int | None, first: date, last: date) -> list[DayOfSite]:
    """Return the business days, both included, of a site, or of each."""
    days = list(days_between(first, last))
    return [
        DayOfSite(site.site_id, day, spans.span(day, day))
        for site in await sites_of(work, site_id)
        for spans in (business_days(site.parameters),)
        for day in days
    ]
