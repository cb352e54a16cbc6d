"""The one way to narrow a list or a statistic: the filter, within the caller's data scope, as conditions of a query.

Laws: the data scope is a condition of every query here, never a filter of its answer; only a person whose scope is all sees what
belongs to no order.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import and_, false, literal_column, or_
from sqlalchemy.orm import Mapped

from central.catalog import service as catalog
from central.catalog.rules.business_days import BusinessDays, Span, business_days
from central.catalog.service import Site
from central.sales.data_scope import Conditions, Sight
from central.store.unit_of_work import Work
from protocol.identifiers import SiteId, TicketId

Asked = Mapped[Any]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A filter; a field that is left out does not restrict. Days are the site's business days, both included."""

    site_id: int | None = None
    first_day: date | None = None
    last_day: date | None = None
    seller_id: int | None = None
    channel: str | None = None
    ticket_type_id: int | None = None
    state: str | None = None
    method: str | None = None
    order_id: int | None = None
    promoter_id: int | None = None
    agency_id: int | None = None
    check_point_id: int | None = None
    ticket_id: TicketId | None = None
    supervisor_id: int | None = None
    flag: str | None = None
    cause: str | None = None
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class Narrowed:
    """A filter with times: for each of these sites its own span; no `times`: any time."""

    wanted: Wanted
    sight: Sight
    times: tuple[tuple[frozenset[SiteId], Span], ...] | None

    def during(self, site: Asked, at: Asked) -> Conditions:
        """Return the conditions on a record's site and time."""
        at_site = [] if self.wanted.site_id is None else [site == self.wanted.site_id]
        if self.times is None:
            return at_site
        if not self.times:
            return [false()]
        whole = Span(min(span.since for _, span in self.times), max(span.until for _, span in self.times))
        bounds = [*at_site, at >= whole.since, at < whole.until]
        if len(self.times) == 1:
            return bounds
        each = (and_(site.in_(sites), at >= span.since, at < span.until) for sites, span in self.times)
        return [*bounds, or_(*each)]

    def sold(self, seller: Asked, channel: Asked) -> Conditions:
        """Return the conditions on the order: the caller's scope, and the seller and channel of the filter."""
        wanted = self.wanted
        return [*self.sight.of(seller, channel), *equal((seller, wanted.seller_id), (channel, wanted.channel))]


def equal(*pairs: tuple[Asked, object | None]) -> Conditions:
    """Return the conditions for those of the values that are given."""
    return [column == value for column, value in pairs if value is not None]


def equal_to_rare(column: Asked, value: str | None, common: str) -> Conditions:
    """Return the condition for a value that is given; one that is not the common value is found by an index of all such rows.

    The database takes that index only where the common value stands in the statement itself.
    """
    if value is None or value == common:
        return equal((column, value))
    return [column == value, column != literal_column(f"'{common}'")]


async def sites_of(work: Work, site_id: int | None) -> tuple[Site, ...]:
    """Return the site of that number, or all."""
    return tuple(site for site in await catalog.sites(work) if site_id in (None, site.site_id))


async def narrowed(work: Work, wanted: Wanted, sight: Sight) -> Narrowed:
    """Return the filter with its days as spans of time."""
    if wanted.first_day is None and wanted.last_day is None:
        return Narrowed(wanted, sight, None)
    spans: dict[Span, set[SiteId]] = {}
    for site in await sites_of(work, wanted.site_id):
        spans.setdefault(_span(business_days(site.parameters), wanted), set()).add(site.site_id)
    return Narrowed(wanted, sight, tuple((frozenset(sites), span) for span, sites in spans.items()))


def _span(days: BusinessDays, wanted: Wanted) -> Span:
    first, last = wanted.first_day or EARLIEST_DAY, wanted.last_day or LATEST_DAY
    return days.span(first, last)


EARLIEST_DAY, LATEST_DAY = date(2000, 1, 1), date(2199, 12, 31)


def in_order(ids: Iterable[int]) -> list[int]:
    """Return distinct numbers, lowest first."""
    return sorted(set(ids))
