"""A list: how it is read page by page, how it is summed, and what its items look like in an exported table.

Laws: a list is read by keyset, so that a page costs the same anywhere in it; a column has its title in both languages.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from enum import Enum, StrEnum
from typing import Any, Generic, TypeVar, cast
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, func, literal, select, tuple_
from sqlmodel import col

from central.catalog import service as catalog
from central.catalog.parameters import TicketTypeParameters
from central.domain.texts import in_english
from central.reports.filters import Asked, Narrowed
from central.reports.words import Vocabulary, word
from central.store.tables.catalog import TicketTypeRow
from central.store.tables.devices import CheckPointRow
from central.store.tables.people import UserRow
from central.store.tables.promoters import PromoterRow
from central.store.unit_of_work import Work
from protocol.instants import Instant, to_datetime

ItemT = TypeVar("ItemT")
Position = tuple[int, ...]
Cell = str | int | datetime | date | None
Keyset = tuple[Asked, ...]


class Kind(Enum):
    """The kind of a column's values."""

    TEXT = "text"
    NUMBER = "number"
    FEN = "fen"  # shown in yuan
    TIME = "time"  # by the site's clock
    DAY = "day"


@dataclass(frozen=True, slots=True)
class Names:
    """What numbers stand for, in the reader's language, and each site's zone."""

    people: Mapping[int, str]
    ticket_types: Mapping[int, str]
    check_points: Mapping[int, str]
    sites: Mapping[int, str]
    promoters: Mapping[int, str]
    zones: Mapping[int, tzinfo]
    chinese: bool

    def local(self, site: int, at: Instant | None) -> datetime | None:
        """Return a moment as the site's clock shows it, to the second and without a zone."""
        return None if at is None else to_datetime(at, self.zones[site]).replace(microsecond=0, tzinfo=None)

    def word(self, vocabulary: Vocabulary, code: str | None) -> str | None:
        """Return what people call a code."""
        return word(vocabulary, code, chinese=self.chinese)


@dataclass(frozen=True, slots=True)
class Column(Generic[ItemT]):
    """A column of an exported table."""

    title_zh: str
    title_en: str
    kind: Kind
    value: Callable[[ItemT, Names], Cell]


class Sort(StrEnum):
    """The order of a list."""

    NEWEST = "newest"
    OLDEST = "oldest"
    LARGEST = "largest"  # by its money, then newest


@dataclass(frozen=True, slots=True)
class Amount(Generic[ItemT]):
    """The money of a list's items (fen): its column, and its value in an item."""

    column: Asked
    of: Callable[[ItemT], int]


@dataclass(frozen=True, slots=True)
class Wish:
    """So many items at most, in an order, from its beginning or from just after a position."""

    limit: int
    position: Position | None = None
    sort: Sort = Sort.NEWEST


@dataclass(frozen=True, slots=True)
class Listing(Generic[ItemT]):
    """A list. `query` selects all of it within the filter, in no order; `items` makes its items of the rows.

    `keyset` are its columns by time, `key` their values in an item. `totals` sums what lies within the filter, each sum by name.
    """

    name: str
    query: Callable[[Narrowed], Select[*tuple[Any, ...]]]
    keyset: Keyset
    items: Callable[[Work, Sequence[Any]], Awaitable[tuple[ItemT, ...]]]
    key: Callable[[ItemT], Position]
    totals: Callable[[Work, Narrowed], Awaitable[Mapping[str, int]]]
    columns: tuple[Column[ItemT], ...]
    amount: Amount[ItemT] | None = None

    def keyset_of(self, sort: Sort) -> Keyset:
        """Return the columns by which the list is read in an order."""
        if sort is not Sort.LARGEST:
            return self.keyset
        assert self.amount is not None, "a list is sorted by its money only where it has some"
        return self.amount.column, *self.keyset

    def position(self, item: ItemT, sort: Sort = Sort.NEWEST) -> Position:
        """Return the position of an item in an order."""
        if sort is not Sort.LARGEST:
            return self.key(item)
        assert self.amount is not None, "a list is sorted by its money only where it has some"
        return self.amount.of(item), *self.key(item)


QueryT = TypeVar("QueryT", bound=Select[*tuple[Any, ...]])


def paged(query: QueryT, keyset: Keyset, wish: Wish) -> QueryT:
    """Return a query that is cut to the part of it that was wished for."""
    if wish.position is not None:
        here = tuple_(*keyset)
        query = query.where(here > wish.position if wish.sort is Sort.OLDEST else here < wish.position)
    in_order = (column.asc() if wish.sort is Sort.OLDEST else column.desc() for column in keyset)
    return query.order_by(*in_order).limit(wish.limit)


async def read_page(work: Work, listing: Listing[ItemT], narrowed: Narrowed, wish: Wish) -> tuple[ItemT, ...]:
    """Return a part of a list."""
    query, keyset = listing.query(narrowed), listing.keyset_of(wish.sort)
    if wish.sort is Sort.LARGEST:
        # No index has this order: the database sorts the keys alone, and reads whole rows for this part only.
        *_, number = keyset
        keys = paged(query.with_only_columns(*keyset, maintain_column_froms=True), keyset, wish)
        query = query.where(number.in_([key[-1] for key in (await (await work.connection()).execute(keys)).all()]))
    rows = (await work.session.exec(cast("Any", paged(query, keyset, wish)))).all()
    return await listing.items(work, rows)


async def sums(work: Work, query: Select[*tuple[Any, ...]], **columns: ColumnElement[Any] | Asked) -> dict[str, int]:
    """Return the sums of these columns over all that a query selects; nothing sums to 0."""
    summed = [func.coalesce(func.sum(column), 0) for column in columns.values()]
    found = await (await work.connection()).execute(query.with_only_columns(*summed, maintain_column_froms=True))
    return {name: int(value) for name, value in zip(columns, found.one(), strict=True)}


# What counts rows in `sums`.
EACH: ColumnElement[int] = literal(1)


async def counted(work: Work, listing: Listing[Any], narrowed: Narrowed) -> int:
    """Return how many items a list has."""
    query = listing.query(narrowed).with_only_columns(func.count(), maintain_column_froms=True)
    return int((await (await work.connection()).execute(query)).scalar_one())


async def names(work: Work, *, chinese: bool) -> Names:
    """Return the names of everything that lists name."""
    connection = await work.connection()
    people = await connection.execute(select(col(UserRow.id), col(UserRow.full_name), col(UserRow.name)))
    types = await connection.execute(select(col(TicketTypeRow.id), col(TicketTypeRow.parameters)))
    points = await connection.execute(select(col(CheckPointRow.id), col(CheckPointRow.name_zh), col(CheckPointRow.name_en)))
    sites = await catalog.sites(work)
    promoters = await connection.execute(select(col(PromoterRow.id), col(PromoterRow.name)))
    return Names(
        people={number or 0: full or name for number, full, name in people.all()},
        ticket_types={number: _title(stated, chinese=chinese) for number, stated in types.all()},
        check_points={number or 0: _named(zh, en, chinese=chinese) for number, zh, en in points.all()},
        sites={site.site_id: _named(site.parameters.name_zh, site.parameters.name_en, chinese=chinese) for site in sites},
        promoters={number or 0: name for number, name in promoters.all()},
        zones={site.site_id: ZoneInfo(site.parameters.zone) for site in sites},
        chinese=chinese,
    )


def _title(stated: str, *, chinese: bool) -> str:
    parameters = TicketTypeParameters.model_validate_json(stated)
    return _named(parameters.name_zh, parameters.name_en, chinese=chinese)


def _named(name_zh: str, name_en: str, *, chinese: bool) -> str:
    return name_zh if chinese else in_english(name_zh, name_en)
