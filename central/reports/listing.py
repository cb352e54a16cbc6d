"""A list: how it is read page by page, newest first, and what its items look like in an exported table.

Laws: a list is read by keyset, so that a page costs the same anywhere in it; a column has its title in both languages.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import tzinfo
from enum import Enum
from typing import Any, Generic, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, func, select, tuple_
from sqlmodel import col

from central.catalog import service as catalog
from central.catalog.parameters import TicketTypeParameters
from central.reports.filters import Asked, Narrowed
from central.store.tables.catalog import TicketTypeRow
from central.store.tables.devices import CheckPointRow
from central.store.tables.people import UserRow
from central.store.tables.promoters import PromoterRow
from central.store.unit_of_work import Work
from protocol.instants import Instant, to_datetime

ItemT = TypeVar("ItemT")
Position = tuple[int, ...]
Cell = str | int | None
Keyset = tuple[Asked, ...]


class Kind(Enum):
    """The kind of a column's values."""

    TEXT = "text"
    NUMBER = "number"
    FEN = "fen"  # shown in yuan


@dataclass(frozen=True, slots=True)
class Names:
    """What numbers stand for, in the reader's language, and each site's zone."""

    people: Mapping[int, str]
    ticket_types: Mapping[int, str]
    check_points: Mapping[int, str]
    sites: Mapping[int, str]
    promoters: Mapping[int, str]
    zones: Mapping[int, tzinfo]

    def local(self, site: int, at: Instant | None) -> str | None:
        """Return a moment as the site's clock shows it."""
        return None if at is None else f"{to_datetime(at, self.zones[site]):%Y-%m-%d %H:%M:%S}"


@dataclass(frozen=True, slots=True)
class Column(Generic[ItemT]):
    """A column of an exported table."""

    title_zh: str
    title_en: str
    kind: Kind
    value: Callable[[ItemT, Names], Cell]


@dataclass(frozen=True, slots=True)
class Listing(Generic[ItemT]):
    """A list. `read` returns so many items at most, from the newest or from just after a position of `parts` numbers.

    `query` selects all of the list within the filter, in no order.
    """

    name: str
    parts: int
    query: Callable[[Narrowed], Select[*tuple[Any, ...]]]
    read: Callable[[Work, Narrowed, Position | None, int], Awaitable[tuple[ItemT, ...]]]
    position: Callable[[ItemT], Position]
    columns: tuple[Column[ItemT], ...]


async def counted(work: Work, listing: Listing[Any], narrowed: Narrowed) -> int:
    """Return how many items a list has."""
    query = listing.query(narrowed).with_only_columns(func.count(), maintain_column_froms=True)
    return int((await (await work.connection()).execute(query)).scalar_one())


def after(keyset: Keyset, position: Position | None) -> list[ColumnElement[bool]]:
    """Return the condition that a row stands after a position, newest first."""
    return [] if position is None else [tuple_(*keyset) < position]


def newest_first(keyset: Keyset) -> list[ColumnElement[int]]:
    """Return the order of a list."""
    return [column.desc() for column in keyset]


async def names(work: Work, *, chinese: bool) -> Names:
    """Return the names of everything that lists name."""
    connection = await work.connection()
    people = await connection.execute(select(col(UserRow.id), col(UserRow.full_name), col(UserRow.name)))
    types = await connection.execute(select(col(TicketTypeRow.id), col(TicketTypeRow.parameters)))
    title = CheckPointRow.name_zh if chinese else CheckPointRow.name_en
    points = await connection.execute(select(col(CheckPointRow.id), col(title)))
    sites = await catalog.sites(work)
    promoters = await connection.execute(select(col(PromoterRow.id), col(PromoterRow.name)))
    return Names(
        people={number or 0: full or name for number, full, name in people.all()},
        ticket_types={number: _title(stated, chinese=chinese) for number, stated in types.all()},
        check_points={number or 0: name for number, name in points.all()},
        sites={site.site_id: site.parameters.name_zh if chinese else site.parameters.name_en for site in sites},
        promoters={number or 0: name for number, name in promoters.all()},
        zones={site.site_id: ZoneInfo(site.parameters.zone) for site in sites},
    )


def _title(stated: str, *, chinese: bool) -> str:
    parameters = TicketTypeParameters.model_validate_json(stated)
    return parameters.name_zh if chinese else parameters.name_en
