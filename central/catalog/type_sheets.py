"""All that is known of a ticket type: how it is sold, where it is found, and whether it is archived."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement
from sqlmodel import col, select

from central.catalog.categories import under
from central.catalog.service import ticket_type_of
from central.catalog.ticket_type import TicketType
from central.domain.messages import NO_TICKET_TYPE
from central.domain.problems import Problem, ProblemCode
from central.store.tables.catalog import TicketTypeRow
from central.store.unit_of_work import Store, Work
from protocol.identifiers import TicketTypeId
from protocol.instants import Instant


@dataclass(frozen=True, slots=True)
class TypeSheet:
    """A ticket type with its category (None: in none), and when it was archived (None: it is not)."""

    ticket_type: TicketType
    category_id: int | None
    archived_at: Instant | None


@dataclass(frozen=True, slots=True)
class WantedTypes:
    """A filter; a field that is left out does not restrict. `text` is a part of either name, in any case.

    A category holds also the types of all categories under it. A type is either archived, or it is not.
    """

    text: str | None = None
    category_id: int | None = None
    is_on_sale: bool | None = None
    is_archived: bool = False

    def conditions(self, categories: Iterable[int]) -> list[ColumnElement[bool]]:
        """Return the conditions on a type's row, but for the names, which are no columns. `categories`: those that are wanted."""
        row, archived = TicketTypeRow, col(TicketTypeRow.archived_at).is_not(None)
        found: list[ColumnElement[bool]] = [archived if self.is_archived else ~archived]
        if self.category_id is not None:
            found.append(col(row.category_id).in_(categories))
        if self.is_on_sale is not None:
            found.append(col(row.is_on_sale).is_(self.is_on_sale))
        return found

    def is_in_names(self, one: TicketType) -> bool:
        """Return whether the text is a part of one of a type's names."""
        wanted = (self.text or "").casefold()
        return any(wanted in name.casefold() for name in (one.parameters.name_zh, one.parameters.name_en))


NOT_ARCHIVED = WantedTypes()


class TypeSheets:
    """Reads ticket types."""

    def __init__(self, store: Store) -> None:
        """Take the store."""
        self._store = store

    async def one(self, type_id: TicketTypeId) -> TypeSheet:
        """Return what is known of a type; Problem where there is none of that number."""
        async with self._store.reading() as work:
            return await sheet(work, type_id)

    async def all(self, wanted: WantedTypes) -> tuple[TypeSheet, ...]:
        """Return the types that are wanted, by number."""
        async with self._store.reading() as work:
            categories = () if wanted.category_id is None else await under(work, wanted.category_id)
            query = select(TicketTypeRow).where(*wanted.conditions(categories)).order_by(col(TicketTypeRow.id))
            found = [_sheet(row) for row in (await work.session.exec(query)).all()]
        return tuple(one for one in found if wanted.is_in_names(one.ticket_type))


async def sheet(work: Work, type_id: TicketTypeId) -> TypeSheet:
    """Return what is known of a type; Problem where there is none of that number."""
    row = await work.session.get(TicketTypeRow, type_id)
    if row is None:
        raise Problem(ProblemCode.NOT_FOUND, NO_TICKET_TYPE.of(type_id=type_id))
    return _sheet(row)


def _sheet(row: TicketTypeRow) -> TypeSheet:
    return TypeSheet(ticket_type_of(row), row.category_id, row.archived_at)
