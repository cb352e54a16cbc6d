"""Ticket types as people change, archive, restore and copy them.

Laws: a change that contradicts what is out is refused, and says why; a type is never deleted: an archived one is not sold, and
its sold tickets stay valid; each act raises the type's version, and is audited with what stood before and after.
"""

from dataclasses import dataclass

from sqlmodel import col, func, select, update

from central.audit import service as audit
from central.audit.rules.changes import changes_between
from central.catalog import service as catalog
from central.catalog.amendments import TicketTypeAmendment, TypeAmendment
from central.catalog.parameters import TicketTypeParameters
from central.catalog.ticket_type import TicketType
from central.catalog.type_sheets import TypeSheet, sheet
from central.domain.models import amendment
from central.domain.ports import Wake
from central.domain.problems import Problem, ProblemCode
from central.sales.messages import TYPE_NOT_ARCHIVED
from central.sales.rules.type_effects import Effect, Sold, contradiction, effects
from central.sales.sold_of_type import sold_of
from central.store.tables.catalog import SaleChangeRow, TicketTypeRow
from central.store.unit_of_work import Store, Work
from protocol.identifiers import TicketTypeId
from protocol.instants import Instant


@dataclass(frozen=True, slots=True)
class TypeWish:
    """What is to change of a type; None stays as it is."""

    parameters: TicketTypeParameters | TicketTypeAmendment | None = None
    price_fen: int | None = None
    is_on_sale: bool | None = None

    def of(self, before: TicketType) -> TicketType:
        """Return the type as it is wished; Problem where its parameters do not fit each other."""
        parameters = self.parameters or before.parameters
        if isinstance(parameters, TicketTypeAmendment):
            parameters = amendment(before.parameters, parameters)
        price_fen = before.price_fen if self.price_fen is None else self.price_fen
        return TicketType(
            before.type_id, parameters, price_fen, before.is_on_sale if self.is_on_sale is None else self.is_on_sale
        )


@dataclass(frozen=True, slots=True)
class ChangedType:
    """A type after a change: what each changed field reaches, and what was out at that moment."""

    sheet: TypeSheet
    effects: tuple[Effect, ...]
    sold: Sold


class TypeEditing:
    """Changes ticket types."""

    def __init__(self, store: Store, feed_has_work: Wake) -> None:
        """Take the store, and the function to call when gates must hear of a change."""
        self._store = store
        self._feed_has_work = feed_has_work

    async def change(self, type_id: TicketTypeId, wish: TypeWish, seen: int, by: int, now: Instant) -> ChangedType:
        """Change a type. Problem where it was changed meanwhile, is archived, does not fit, or contradicts what is out."""
        async with self._store.transaction() as work:
            changed = await changed_in(work, await catalog.type_to_change(work, type_id, seen), wish, by, now)
            work.after_commit(self._feed_has_work)
            return changed

    async def archive(self, type_id: TicketTypeId, seen: int, by: int, now: Instant) -> TypeSheet:
        """Take a type off sale and out of lists, and drop its planned changes. Problem where it is archived already."""
        async with self._store.transaction() as work:
            row = await catalog.type_to_change(work, type_id, seen)
            off_sale = TicketType(type_id, catalog.ticket_type_of(row).parameters, row.price_fen, is_on_sale=False)
            await catalog.put_type(work, row, off_sale, catalog.ARCHIVE, by, now)
            planned = (col(SaleChangeRow.done_at).is_(None), col(SaleChangeRow.dropped_at).is_(None))
            dropped = update(SaleChangeRow).where(*planned, col(SaleChangeRow.ticket_type_id) == type_id)
            await work.session.exec(dropped.values(dropped_at=now, dropped_by=by))
            await work.write()
            return await sheet(work, type_id)

    async def restore(self, type_id: TicketTypeId, seen: int, by: int, now: Instant) -> TypeSheet:
        """Bring a type back from the archive, not on sale. Problem where it is not archived."""
        async with self._store.transaction() as work:
            row = await catalog.type_claimed(work, type_id, seen)
            if row.archived_at is None:
                raise Problem(ProblemCode.CONFLICT, TYPE_NOT_ARCHIVED.of(type_id=type_id))
            await catalog.put_type(work, row, catalog.ticket_type_of(row), catalog.RESTORE, by, now)
            await work.write()
            return await sheet(work, type_id)

    async def copy(self, type_id: TicketTypeId, names: tuple[str, str], by: int, now: Instant) -> TypeSheet:
        """Add a type like another one, in its category, not on sale; `names` are the Chinese and the English one.

        Problem where there is no such type.
        """
        async with self._store.transaction() as work:
            source = await sheet(work, type_id)
            highest = (await work.session.exec(select(func.max(TicketTypeRow.id)))).one()
            number = TicketTypeId(catalog.next_number(highest))
            named = {"name_zh": names[0], "name_en": names[1]}
            row = TicketTypeRow(
                id=number,
                parameters=source.ticket_type.parameters.model_copy(update=named).model_dump_json(),
                price_fen=source.ticket_type.price_fen,
                is_on_sale=False,
                created_at=now,
                category_id=source.category_id,
            )
            work.session.add(row)
            changes = changes_between(None, catalog.stated_type(catalog.ticket_type_of(row)))
            audit.record(work, now, by, "ticket-type.copy", catalog.subject_of(number), source=type_id, changes=changes)
            work.after_commit(self._feed_has_work)
            await work.write()
            return await sheet(work, number)


def wish_of(amendment: TypeAmendment) -> TypeWish:
    """Return the wish that an amendment states."""
    return TypeWish(amendment.parameters, amendment.price_fen, amendment.is_on_sale)


async def changed_in(work: Work, row: TicketTypeRow, wish: TypeWish, by: int, now: Instant) -> ChangedType:
    """Change a type that this transaction has claimed. Problem as for `TypeEditing.change`."""
    before, sold = catalog.ticket_type_of(row), await sold_of(work, row.id, now)
    after = wish.of(before)
    await _require_possible(work, before, after, sold)
    await catalog.put_type(work, row, after, "ticket-type.change", by, now)
    await work.write()
    return ChangedType(await sheet(work, row.id), effects(before, after), sold)


async def _require_possible(work: Work, before: TicketType, after: TicketType, sold: Sold) -> None:
    if fault := contradiction(before.parameters, after.parameters, sold):
        raise Problem(ProblemCode.CONFLICT, fault.message, fields=(fault,))
    await catalog.require_known(work, after.parameters, after.type_id)
