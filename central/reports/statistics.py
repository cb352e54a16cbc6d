"""Statistics over days (门票统计, 渠道统计).

Laws: statistics are of whole business days, each site's own; only a person whose scope is all sees entries that belong to no
order.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from central.reports.daily_totals import figures_of_days
from central.reports.filters import Narrowed, Wanted, sites_of
from central.reports.listing import Column, Kind
from central.reports.rules.counting import Figures, days_between
from central.reports.words import CHANNELS
from central.sales.data_scope import Sight
from central.store.unit_of_work import Work


@dataclass(frozen=True, slots=True)
class OfType:
    """The figures of a ticket type on a day; of no type: walk-ins."""

    day: date
    ticket_type_id: int | None
    figures: Figures


@dataclass(frozen=True, slots=True)
class OfSeller:
    """The figures of a seller in a channel."""

    seller_id: int
    channel: str
    figures: Figures


FiguresT = TypeVar("FiguresT", OfType, OfSeller)


async def ticket_statistics(work: Work, wanted: Wanted, sight: Sight) -> tuple[OfType, ...]:
    """Return the figures by day and ticket type, in that order."""
    found = await _summed(work, wanted, sight, ("day", "ticket_type_id"))
    rows = (_of_type(day, kind, figures) for (day, kind), figures in sorted(found.items()))
    return tuple(row for row in rows if row.ticket_type_id is not None or row.figures.entries)


def _of_type(day: date, kind: int, figures: Figures) -> OfType:
    """Return a row; where the type is none, it has walk-ins only, because orders and money are of no type either."""
    return OfType(day, kind, figures) if kind else OfType(day, None, Figures(entries=figures.entries))


async def seller_statistics(work: Work, wanted: Wanted, sight: Sight) -> tuple[OfSeller, ...]:
    """Return the figures by seller and channel, in that order."""
    found = await _summed(work, wanted, sight, ("seller_id", "channel"))
    return tuple(OfSeller(seller, channel, figures) for (seller, channel), figures in sorted(found.items()) if seller)


async def _summed(work: Work, wanted: Wanted, sight: Sight, by: tuple[str, ...]) -> dict[tuple[Any, ...], Figures]:
    assert wanted.first_day is not None, "statistics say their days"
    assert wanted.last_day is not None, "statistics say their days"
    days = tuple(days_between(wanted.first_day, wanted.last_day))
    total: dict[tuple[Any, ...], Figures] = {}
    for site in await sites_of(work, wanted.site_id):
        found = await figures_of_days(work, site, days, Narrowed(wanted, sight, None), by)
        for key, figures in found.items():
            total[key] = total.get(key, Figures()) + figures
    return total


def _sold(_of: type[FiguresT]) -> tuple[Column[FiguresT], ...]:
    return (
        Column("售出张数", "Tickets sold", Kind.NUMBER, lambda one, _names: one.figures.tickets),
        Column("售出人次", "Persons sold for", Kind.NUMBER, lambda one, _names: one.figures.persons),
        Column("售出金额（元）", "Sold for (CNY)", Kind.FEN, lambda one, _names: one.figures.sold_fen),
        Column("退票张数", "Tickets refunded", Kind.NUMBER, lambda one, _names: one.figures.refunded_tickets),
        Column("退票金额（元）", "Refunded (CNY)", Kind.FEN, lambda one, _names: one.figures.refunded_fen),
    )


TYPE_COLUMNS: tuple[Column[OfType], ...] = (
    Column("日期", "Day", Kind.DAY, lambda one, _names: one.day),
    Column("票种", "Ticket type", Kind.TEXT, lambda one, names: names.ticket_types.get(one.ticket_type_id or 0)),
    *_sold(OfType),
    Column("入园人次", "Entries", Kind.NUMBER, lambda one, _names: one.figures.entries),
)

SELLER_COLUMNS: tuple[Column[OfSeller], ...] = (
    Column("售票员", "Seller", Kind.TEXT, lambda one, names: names.people[one.seller_id]),
    Column("销售渠道", "Channel", Kind.TEXT, lambda one, names: names.word(CHANNELS, one.channel)),
    Column("订单数", "Orders", Kind.NUMBER, lambda one, _names: one.figures.orders),
    *_sold(OfSeller),
    Column("收款（元）", "Money taken (CNY)", Kind.FEN, lambda one, _names: one.figures.taken_fen),
    Column("退款（元）", "Money returned (CNY)", Kind.FEN, lambda one, _names: one.figures.returned_fen),
)
