"""All that is known of a ticket type: how it is sold, where it is found, and whether it is archived."""

from dataclasses import dataclass

from sqlmodel import col, select

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


class TypeSheets:
    """Reads ticket types."""

    def __init__(self, store: Store) -> None:
        """Take the store."""
        self._store = store

    async def one(self, type_id: TicketTypeId) -> TypeSheet:
        """Return what is known of a type; Problem where there is none of that number."""
        async with self._store.reading() as work:
            return await sheet(work, type_id)

    async def all(self, *, is_archived: bool) -> tuple[TypeSheet, ...]:
        """Return the types that are archived, or those that are not, by number."""
        async with self._store.reading() as work:
            archived = col(TicketTypeRow.archived_at).is_not(None)
            query = select(TicketTypeRow).where(archived if is_archived else ~archived).order_by(col(TicketTypeRow.id))
            return tuple(_sheet(row) for row in (await work.session.exec(query)).all())


async def sheet(work: Work, type_id: TicketTypeId) -> TypeSheet:
    """Return what is known of a type; Problem where there is none of that number."""
    row = await work.session.get(TicketTypeRow, type_id)
    if row is None:
        raise Problem(ProblemCode.NOT_FOUND, NO_TICKET_TYPE.of(type_id=type_id))
    return _sheet(row)


def _sheet(row: TicketTypeRow) -> TypeSheet:
    return TypeSheet(ticket_type_of(row), row.category_id, row.archived_at)
