"""Planned changes of any parameter of a ticket type, from a business day on.

Laws: a planned change takes effect once, at the beginning of its day, in the order of days, and may be dropped until then; one
that contradicts what is out by then is dropped, which is audited, and holds up no other change.
"""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement
from sqlmodel import col, func, select

from central.audit import service as audit
from central.audit.rules.changes import changes_between
from central.catalog import service as catalog
from central.catalog.amendments import TypeAmendment
from central.catalog.rules.business_days import business_days
from central.catalog.ticket_type import TicketType
from central.domain.messages import NO_TICKET_TYPE
from central.domain.ports import Wake
from central.domain.problems import Problem, ProblemCode, wrong_field
from central.sales.messages import CHANGES_FULL, DAY_HAS_BEGUN, NO_CHANGE_TO_COME
from central.sales.type_editing import changed_in, wish_of
from central.store.tables.catalog import SaleChangeRow
from central.store.unit_of_work import Store, Work
from protocol.identifiers import TicketTypeId
from protocol.instants import Instant

MOST_A_RUN = 100
MOST_TO_COME = 50


@dataclass(frozen=True, slots=True)
class PlannedChange:
    """What is to change of a type at an instant: the beginning of a business day of its first site."""

    change_id: int
    type_id: TicketTypeId
    effective_at: Instant
    amendment: TypeAmendment
    planned_at: Instant
    planned_by: int


class TypePlans:
    """Keeps the planned changes."""

    def __init__(self, store: Store, feed_has_work: Wake) -> None:
        """Take the store, and the function to call when gates must hear of a change."""
        self._store = store
        self._feed_has_work = feed_has_work

    async def plan(self, type_id: TicketTypeId, amendment: TypeAmendment, day: date, by: int, now: Instant) -> PlannedChange:
        """Plan a change from a day on; Problem where that day has begun, or the type could not be so."""
        async with self._store.transaction() as work:
            one = await _changeable(work, type_id)
            after = wish_of(amendment).of(one)
            await catalog.require_known(work, after.parameters, type_id)
            waiting = select(func.count()).select_from(SaleChangeRow).where(*_waits(), SaleChangeRow.ticket_type_id == type_id)
            if (await work.session.exec(waiting)).one() >= MOST_TO_COME:
                raise Problem(ProblemCode.CONFLICT, CHANGES_FULL.of(most=MOST_TO_COME))
            row = SaleChangeRow(
                ticket_type_id=type_id,
                effective_at=await _begin_of(work, one, day, now),
                price_fen=one.price_fen,
                is_on_sale=one.is_on_sale,
                planned_at=now,
                planned_by=by,
                amendment=amendment.model_dump_json(exclude_unset=True, include=set(TypeAmendment.model_fields)),
            )
            work.session.add(row)
            await work.session.flush()
            changes = changes_between(catalog.stated_type(one), catalog.stated_type(after))
            subject, at = catalog.subject_of(type_id), row.effective_at
            audit.record(work, now, by, "ticket-type.plan", subject, change=row.id, effective_at=at, changes=changes)
            return _planned(row)

    async def planned(self, type_id: TicketTypeId) -> tuple[PlannedChange, ...]:
        """Return the planned changes of a type, the next first; Problem where there is no such type."""
        query = select(SaleChangeRow).where(*_waits(), SaleChangeRow.ticket_type_id == type_id).order_by(*_IN_ORDER)
        async with self._store.reading() as work:
            await _existing(work, type_id)
            return tuple(_planned(row) for row in (await work.session.exec(query)).all())

    async def drop(self, type_id: TicketTypeId, change_id: int, by: int, now: Instant) -> None:
        """Drop a planned change; Problem where there is none."""
        query = select(SaleChangeRow).where(*_waits(), col(SaleChangeRow.id) == change_id).with_for_update()
        async with self._store.transaction() as work:
            row = (await work.session.exec(query.where(SaleChangeRow.ticket_type_id == type_id))).first()
            if row is None:
                raise Problem(ProblemCode.NOT_FOUND, NO_CHANGE_TO_COME.of(change_id=change_id))
            row.dropped_at, row.dropped_by = now, by
            work.session.add(row)
            subject = catalog.subject_of(type_id)
            audit.record(work, now, by, "ticket-type.plan-drop", subject, change=change_id, changes=_DROPPED)

    async def put_in_force(self, now: Instant) -> int:
        """Apply the changes whose day has begun; return how many. A job."""
        async with self._store.reading() as work:
            due = select(SaleChangeRow.id).where(*_waits(), col(SaleChangeRow.effective_at) <= now)
            found = (await work.session.exec(due.order_by(*_IN_ORDER).limit(MOST_A_RUN))).all()
        return sum([await self._put_or_drop(number or 0, now) for number in found])

    async def _put_or_drop(self, change_id: int, now: Instant) -> bool:
        try:
            return await self._put(change_id, now)
        except Problem as problem:
            async with self._store.transaction() as work:
                row = await work.session.get_one(SaleChangeRow, change_id, with_for_update=True)
                row.dropped_at = now
                work.session.add(row)
                by, subject, why = audit.SYSTEM, catalog.subject_of(row.ticket_type_id), str(problem)
                audit.record(work, now, by, "ticket-type.plan-refused", subject, change=change_id, why=why, changes=_DROPPED)
            return False

    async def _put(self, change_id: int, now: Instant) -> bool:
        async with self._store.transaction() as work:
            row = await work.session.get_one(SaleChangeRow, change_id, with_for_update=True)
            if row.done_at is not None or row.dropped_at is not None:
                return False
            change = _planned(row)
            claimed = await catalog.type_to_change(work, change.type_id, None)
            await changed_in(work, claimed, wish_of(change.amendment), row.planned_by, now)
            row.done_at = now
            work.session.add(row)
            work.after_commit(self._feed_has_work)
            return True


_DROPPED = changes_between({"is_planned": True}, {"is_planned": False})
_IN_ORDER = col(SaleChangeRow.effective_at), col(SaleChangeRow.id)


def _waits() -> tuple[ColumnElement[bool], ...]:
    of_plan = col(SaleChangeRow.amendment).is_not(None)
    return col(SaleChangeRow.done_at).is_(None), col(SaleChangeRow.dropped_at).is_(None), of_plan


async def _existing(work: Work, type_id: TicketTypeId) -> TicketType:
    one = (await catalog.ticket_types(work, (type_id,))).get(type_id)
    if one is None:
        raise Problem(ProblemCode.NOT_FOUND, NO_TICKET_TYPE.of(type_id=type_id))
    return one


async def _changeable(work: Work, type_id: TicketTypeId) -> TicketType:
    """Return a type that is not archived, locked."""
    return catalog.ticket_type_of(await catalog.type_to_change(work, type_id, None))


async def _begin_of(work: Work, one: TicketType, day: date, now: Instant) -> Instant:
    site = await catalog.site(work, min(one.parameters.sites))
    begin = business_days(site.parameters).span(day, day).since
    if begin <= now:
        raise wrong_field(ProblemCode.INPUT_INVALID, "first_day", DAY_HAS_BEGUN.of())
    return begin


def _planned(row: SaleChangeRow) -> PlannedChange:
    assert row.id is not None, "a stored change has its number"
    assert row.amendment is not None, "a change of the sale alone is kept by `type_changes`"
    amendment = TypeAmendment.model_validate_json(row.amendment)
    return PlannedChange(row.id, row.ticket_type_id, row.effective_at, amendment, row.planned_at, row.planned_by)
