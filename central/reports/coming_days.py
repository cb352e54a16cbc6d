"""How many persons tickets are sold for on each of the coming days, beside what is limited.

Laws: a ticket counts on the day to which it was moved last; a void ticket and staff count nowhere; places that an unpaid order
holds are taken.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, and_, func, select, union_all
from sqlmodel import col

from central.catalog import service as catalog
from central.catalog.sale import Stock
from central.catalog.service import Site
from central.reports.rules.counting import days_between
from central.sales.rules.quotas import NO_PERSON, NO_SLOT
from central.store.tables.money import OrderLineRow
from central.store.tables.quotas import QuotaRow
from central.store.tables.tickets import RescheduledTicketRow, TicketRow
from central.store.unit_of_work import Work
from protocol.identifiers import SiteId, TicketTypeId
from protocol.instants import Minute
from protocol.tickets.record import TicketState

COMING_DAYS = 14
# A day shows so many of its stocks at most, those that are fullest.
MOST_STOCKS_A_DAY = 50


@dataclass(frozen=True, slots=True)
class StockOfDay:
    """So many places of a type are taken on a day, or in its slot, of so many."""

    ticket_type_id: TicketTypeId
    slot_start: Minute | None
    taken: int
    places: int


@dataclass(frozen=True, slots=True)
class ComingDay:
    """So many persons may come by tickets sold for a day; `most` may come in all (None does not restrict)."""

    day: date
    persons: int
    most: int | None
    stocks: tuple[StockOfDay, ...]


async def coming_days(work: Work, site: Site, today: date, uncounted: Collection[TicketTypeId]) -> tuple[ComingDay, ...]:
    """Return the coming days of a site, today first; `uncounted` are the types of staff."""
    days = tuple(days_between(today, today + timedelta(days=COMING_DAYS - 1)))
    sold = await _sold_for(work, site.site_id, days, uncounted)
    for day, persons in (await _moved_to(work, site.site_id, days, uncounted)).items():
        sold[day] = sold.get(day, 0) + persons
    stocks = await _stocks(work, site.site_id, days)
    most = site.parameters.daily_capacity
    return tuple(ComingDay(day, sold.get(day, 0), most, _fullest(stocks.get(day, []))) for day in days)


async def _sold_for(work: Work, site_id: SiteId, days: tuple[date, ...], uncounted: Collection[TicketTypeId]) -> dict[date, int]:
    line, ticket, moved = OrderLineRow, TicketRow, RescheduledTicketRow
    of_line = and_(col(ticket.order_id) == col(line.order_id), col(ticket.line) == col(line.line))
    day = col(line.visit_day)
    query = select(day, func.sum(col(ticket.persons))).select_from(line).join(ticket, of_line)
    query = query.outerjoin(moved, col(moved.ticket_id) == col(ticket.id))
    query = query.where(day >= days[0], day <= days[-1], col(moved.ticket_id).is_(None), *_valid(site_id, uncounted))
    found = await (await work.connection()).execute(query.group_by(day))
    return {one: int(persons) for one, persons in found.all() if one is not None}


async def _moved_to(work: Work, site_id: SiteId, days: tuple[date, ...], uncounted: Collection[TicketTypeId]) -> dict[date, int]:
    moved = RescheduledTicketRow
    day = col(moved.visit_day)
    query = select(day, func.sum(col(TicketRow.persons))).select_from(moved)
    query = query.join(TicketRow, col(TicketRow.id) == col(moved.ticket_id))
    query = query.where(day >= days[0], day <= days[-1], *_valid(site_id, uncounted)).group_by(day)
    return {one: int(persons) for one, persons in (await (await work.connection()).execute(query)).all()}


def _valid(site_id: SiteId, uncounted: Collection[TicketTypeId]) -> tuple[ColumnElement[bool], ...]:
    ticket = TicketRow
    valid = col(ticket.site_id) == site_id, col(ticket.state) == int(TicketState.ACTIVE)
    return (*valid, col(ticket.ticket_type_id).not_in(uncounted)) if uncounted else valid


async def _stocks(work: Work, site_id: SiteId, days: tuple[date, ...]) -> dict[date, list[StockOfDay]]:
    types = await catalog.ticket_types_of_site(work, site_id)
    limited = {number: one.parameters.sale.stock for number, one in types.items() if one.parameters.sale.stock is not None}
    if not limited:
        return {}
    found: dict[date, list[StockOfDay]] = {}
    for type_id, day, slot_start, taken in (await (await work.connection()).execute(_taken(limited, days))).all():
        found.setdefault(day, []).append(_stock(TicketTypeId(type_id), Minute(slot_start), taken, limited[type_id]))
    return found


def _taken(types: Collection[TicketTypeId], days: tuple[date, ...]) -> CompoundSelect[*tuple[Any, ...]]:
    """Return the query of the places taken.

    A day's places have no slot, as what one person has bought: two ranges of the whole key find no row of a person.
    """
    row = QuotaRow
    query = select(col(row.ticket_type_id), col(row.day), col(row.slot_start), col(row.taken))
    query = query.where(col(row.ticket_type_id).in_(sorted(types)), col(row.day).in_(days), col(row.person) == NO_PERSON)
    return union_all(query.where(col(row.slot_start) == NO_SLOT), query.where(col(row.slot_start) > NO_SLOT))


def _stock(type_id: TicketTypeId, slot_start: Minute, taken: int, of: Stock) -> StockOfDay:
    return StockOfDay(type_id, None if slot_start == NO_SLOT else slot_start, taken, of.places)


def _fullest(stocks: list[StockOfDay]) -> tuple[StockOfDay, ...]:
    fullest = sorted(stocks, key=lambda one: (one.taken - one.places, -one.taken), reverse=True)[:MOST_STOCKS_A_DAY]
    return tuple(sorted(fullest, key=lambda one: (one.ticket_type_id, one.slot_start or NO_SLOT)))
