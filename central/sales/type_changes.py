"""Changes of how a type is sold: what a change touches, and planned changes.

Laws: sold tickets keep the price and the rules of their sale (`sales.sold_terms`), so that a change touches only later sales; a
planned change takes effect once, by the clock, in the order of times, and may be cancelled until then.
"""

from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement
from sqlmodel import col, func, select

from central.audit import service as audit
from central.audit.rules.changes import changes_between
from central.catalog import service as catalog
from central.catalog.after_sale import AfterSaleRules
from central.catalog.sale import SaleRules
from central.catalog.service import Sale
from central.catalog.ticket_type import TicketType
from central.domain.messages import NO_TICKET_TYPE
from central.domain.problems import Problem, ProblemCode, wrong_field
from central.sales.messages import CHANGES_FULL, NO_CHANGE_TO_COME, SALE_CHANGE_PAST
from central.sales.sold_of_type import sold_of
from central.store.tables.catalog import SaleChangeRow
from central.store.unit_of_work import Store
from protocol.identifiers import TicketTypeId
from protocol.instants import Instant

MOST_A_RUN = 100
MOST_TO_COME = 50


@dataclass(frozen=True, slots=True)
class Touched:
    """What a change touches: which settings it changes, and what was sold before, which keeps the rules of its sale.

    Valid tickets may still be used; inactive ones wait for their code; held orders wait for their money at the promised price.
    """

    changed: tuple[str, ...]
    valid_tickets: int
    inactive_tickets: int
    held_orders: int


@dataclass(frozen=True, slots=True)
class ChangeToCome:
    """How a type is to be sold from a time on; `done_at` once it is in force."""

    change_id: int
    type_id: TicketTypeId
    effective_at: Instant
    sale: Sale
    planned_at: Instant
    planned_by: int
    done_at: Instant | None


class TypeChanges:
    """Keeps the planned changes."""

    def __init__(self, store: Store) -> None:
        """Take the store."""
        self._store = store

    async def touched(self, type_id: TicketTypeId, sale: Sale, now: Instant) -> Touched:
        """Return what a change would touch; Problem where there is no such type, or it could not be sold by that change."""
        async with self._store.querying() as work:
            one = await catalog.require_sellable(work, type_id, sale)
            sold = await sold_of(work, type_id, now)
            return Touched(_changed(one, sale), sold.valid_tickets, sold.inactive_tickets, sold.held_orders)

    async def plan(self, type_id: TicketTypeId, sale: Sale, effective_at: Instant, by: int, now: Instant) -> ChangeToCome:
        """Plan how a type is sold from a time on; Problem where that time is past, or the type could not be sold so."""
        if effective_at <= now:
            raise wrong_field(ProblemCode.INPUT_INVALID, "effective_at", SALE_CHANGE_PAST.of())
        async with self._store.transaction() as work:
            before, after = _sales(await catalog.require_sellable(work, type_id, sale), sale)
            waiting = select(func.count()).select_from(SaleChangeRow).where(*_waits(), SaleChangeRow.ticket_type_id == type_id)
            if (await work.session.exec(waiting)).one() >= MOST_TO_COME:
                raise Problem(ProblemCode.CONFLICT, CHANGES_FULL.of(most=MOST_TO_COME))
            row = SaleChangeRow(
                ticket_type_id=type_id,
                effective_at=effective_at,
                price_fen=sale.price_fen,
                is_on_sale=sale.is_on_sale,
                rules=None if sale.rules is None else sale.rules.model_dump_json(),
                after_sale=None if sale.after_sale is None else sale.after_sale.model_dump_json(),
                planned_at=now,
                planned_by=by,
            )
            work.session.add(row)
            await work.session.flush()
            changes, subject = changes_between(before, after), catalog.subject_of(type_id)
            audit.record(work, now, by, "ticket-type.plan", subject, change=row.id, effective_at=effective_at, changes=changes)
            return _change(row)

    async def changes(self, type_id: TicketTypeId) -> tuple[ChangeToCome, ...]:
        """Return the planned changes of a type, the next first; Problem where there is no such type."""
        query = select(SaleChangeRow).where(*_waits(), SaleChangeRow.ticket_type_id == type_id)
        async with self._store.reading() as work:
            if not await catalog.ticket_types(work, (type_id,)):
                raise Problem(ProblemCode.NOT_FOUND, NO_TICKET_TYPE.of(type_id=type_id))
            rows = (await work.session.exec(query.order_by(*_IN_ORDER))).all()
        return tuple(_change(row) for row in rows)

    async def drop(self, type_id: TicketTypeId, change_id: int, by: int, now: Instant) -> None:
        """Cancel a planned change; Problem where there is none."""
        async with self._store.transaction() as work:
            row = await work.session.get(SaleChangeRow, change_id, with_for_update=True)
            if row is None or row.ticket_type_id != type_id or row.done_at is not None or row.dropped_at is not None:
                raise Problem(ProblemCode.NOT_FOUND, NO_CHANGE_TO_COME.of(change_id=change_id))
            row.dropped_at, row.dropped_by = now, by
            work.session.add(row)
            subject, changes = catalog.subject_of(type_id), changes_between({"is_planned": True}, {"is_planned": False})
            audit.record(work, now, by, "ticket-type.plan-drop", subject, change=change_id, changes=changes)

    async def put_in_force(self, now: Instant) -> int:
        """Apply the changes whose time has come; return how many. A job."""
        async with self._store.reading() as work:
            due = select(SaleChangeRow.id).where(*_waits(), col(SaleChangeRow.effective_at) <= now)
            found = (await work.session.exec(due.order_by(*_IN_ORDER).limit(MOST_A_RUN))).all()
        return sum([await self._put(number or 0, now) for number in found])

    async def _put(self, change_id: int, now: Instant) -> bool:
        async with self._store.transaction() as work:
            row = await work.session.get_one(SaleChangeRow, change_id, with_for_update=True)
            if row.done_at is not None or row.dropped_at is not None:
                return False
            change = _change(row)
            await catalog.put_sale(work, change.type_id, change.sale, row.planned_by, now)
            row.done_at = now
            work.session.add(row)
            return True


_IN_ORDER = col(SaleChangeRow.effective_at), col(SaleChangeRow.id)


def _waits() -> tuple[ColumnElement[bool], ...]:
    of_sale = col(SaleChangeRow.amendment).is_(None)
    return col(SaleChangeRow.done_at).is_(None), col(SaleChangeRow.dropped_at).is_(None), of_sale


def _sales(one: TicketType, sale: Sale) -> tuple[Sale, Sale]:
    """Return how a type is sold now, and how it would be."""
    parameters = one.parameters
    before = Sale(one.price_fen, one.is_on_sale, parameters.sale, parameters.after_sale)
    return before, replace(sale, rules=sale.rules or parameters.sale, after_sale=sale.after_sale or parameters.after_sale)


def _changed(one: TicketType, sale: Sale) -> tuple[str, ...]:
    before, after = _sales(one, sale)
    return tuple(
        name for name in ("price_fen", "is_on_sale", "rules", "after_sale") if getattr(before, name) != getattr(after, name)
    )


def _change(row: SaleChangeRow) -> ChangeToCome:
    assert row.id is not None, "a stored change has its number"
    sale = Sale(
        price_fen=row.price_fen,
        is_on_sale=row.is_on_sale,
        rules=None if row.rules is None else SaleRules.model_validate_json(row.rules),
        after_sale=None if row.after_sale is None else AfterSaleRules.model_validate_json(row.after_sale),
    )
    return ChangeToCome(row.id, row.ticket_type_id, row.effective_at, sale, row.planned_at, row.planned_by, row.done_at)
