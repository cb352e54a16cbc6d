"""Refunds of a closed day: all tickets of a site, or those of one type, that were sold for a day and not used. A job.

Laws: one refund a transaction, so that a batch never holds up a sale and goes on where it was interrupted; a ticket is refunded
once, also where a seller refunds it meanwhile; no fee is kept, and no cut-off applies, because the site did not serve.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import ColumnElement
from sqlmodel import col, func, select

from central.audit import service as audit
from central.audit.rules.changes import changes_between
from central.catalog import service as catalog
from central.domain.idempotency import IdempotencyKey
from central.domain.messages import NO_TICKET_TYPE
from central.domain.problems import Problem, ProblemCode
from central.issuing.service import tickets_of_order
from central.issuing.tickets import Ticket, id_text
from central.refunds.messages import BATCH_IS_ALREADY, BATCH_STATES, NO_REFUND_BATCH
from central.refunds.rules.amounts import RefundKind, WantedRefund
from central.refunds.service import Refunds, RefundState
from central.sales.sold_terms import OF_LINE, is_for_day, promise_of
from central.store.idempotency import first_use, remember
from central.store.tables.money import OrderLineRow, RefundBatchRow, RefundRow
from central.store.tables.tickets import TicketRow
from central.store.unit_of_work import Store, Work
from protocol.identifiers import SiteId, TicketTypeId
from protocol.instants import Instant
from protocol.tickets.record import TicketState

# A server that ends waits some seconds for a job that runs.
MOST_ORDERS_A_RUN = 40


class BatchState(StrEnum):
    """Whether a batch goes on. The words are stored and never change their meaning."""

    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class ClosedDay:
    """The tickets of a batch: those that a site sold for a day, of one type or (None) of all."""

    site_id: SiteId
    day: date
    type_id: TicketTypeId | None


@dataclass(frozen=True, slots=True)
class Affected:
    """The tickets of a day that are not refunded, used or not, and what was paid for them."""

    tickets: int
    persons: int
    paid_fen: int


@dataclass(frozen=True, slots=True)
class Made:
    """The refunds of a batch in one state."""

    state: RefundState
    refunds: int
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch, and how far it has come. `left_out`: tickets that were used, blocked, or refunded otherwise."""

    batch_id: int
    closed: ClosedDay
    reason: str
    state: BatchState
    left_out: int
    requested_by: int
    requested_at: Instant
    finished_at: Instant | None
    made: tuple[Made, ...]


@dataclass(frozen=True, slots=True)
class WantedBatches:
    """A filter; a field that is left out does not restrict. The days are those that were closed."""

    site_id: int | None = None
    first_day: date | None = None
    last_day: date | None = None
    state: BatchState | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return the conditions on a batch's row."""
        row = RefundBatchRow
        pairs = (row.site_id, self.site_id), (row.state, self.state)
        found = [col(column) == value for column, value in pairs if value is not None]
        found += [] if self.first_day is None else [col(row.day) >= self.first_day]
        found += [] if self.last_day is None else [col(row.day) <= self.last_day]
        return found


class RefundBatches:
    """Refunds closed days."""

    def __init__(self, store: Store, refunds: Refunds) -> None:
        """Take the store, and the service that refunds a ticket."""
        self._store = store
        self._refunds = refunds

    async def affected(self, closed: ClosedDay) -> Affected:
        """Return the tickets that a batch would go through."""
        sums = func.count(), func.sum(TicketRow.persons), func.sum(col(TicketRow.persons) * col(OrderLineRow.price_fen))
        stands = col(TicketRow.state) == int(TicketState.ACTIVE)
        async with self._store.querying() as work:
            await catalog.site(work, closed.site_id)
            query = select(*sums).select_from(TicketRow).join(OrderLineRow, OF_LINE)
            found = (await work.session.exec(query.where(stands, *_of(closed)))).one()
        tickets, persons, paid_fen = (int(one or 0) for one in found)
        return Affected(tickets, persons, paid_fen)

    async def begin(self, closed: ClosedDay, reason: str, once: IdempotencyKey, by: int, now: Instant) -> Batch:
        """Begin a batch; a job goes on with it. Problem where there is no such site or type."""
        async with self._store.transaction() as work:
            earlier = await first_use(work, once.scope, once.key, once.fingerprint, now)
            if earlier is not None:
                once.require_same(earlier.fingerprint)
                return await _batch(work, await work.session.get_one(RefundBatchRow, int(earlier.outcome)))
            await _require_known(work, closed)
            row = RefundBatchRow(
                site_id=closed.site_id,
                day=closed.day,
                ticket_type_id=closed.type_id,
                reason=reason,
                state=BatchState.RUNNING,
                last_order_id=0,
                left_out=0,
                requested_by=by,
                requested_at=now,
            )
            work.session.add(row)
            await work.session.flush()
            await remember(work, once.scope, once.key, str(row.id))
            audit.record(work, now, by, "refund-batch.begin", f"refund-batch:{row.id}", day=str(closed.day), reason=reason)
            return await _batch(work, row)

    async def stop(self, batch_id: int, by: int, now: Instant) -> Batch:
        """Stop a batch; its refunds stay. Problem where it has ended."""
        async with self._store.transaction() as work:
            row = await _locked(work, batch_id)
            if row.state != BatchState.RUNNING:
                raise Problem(ProblemCode.REFUND_STATE, BATCH_IS_ALREADY.of(state=BATCH_STATES[row.state].of()))
            changes = changes_between({"state": row.state}, {"state": BatchState.STOPPED})
            row.state, row.finished_at = BatchState.STOPPED, now
            work.session.add(row)
            audit.record(work, now, by, "refund-batch.stop", f"refund-batch:{batch_id}", changes=changes)
            return await _batch(work, row)

    async def batch(self, batch_id: int) -> Batch:
        """Return a batch and how far it has come; Problem where there is none."""
        async with self._store.reading() as work:
            row = await work.session.get(RefundBatchRow, batch_id)
            if row is None:
                raise _not_there(batch_id)
            return await _batch(work, row)

    async def batches(self, wanted: WantedBatches, before: int | None, limit: int) -> tuple[Batch, ...]:
        """Return the latest batches, or those before one, newest first."""
        query = select(RefundBatchRow).where(*wanted.conditions()).order_by(col(RefundBatchRow.id).desc()).limit(limit)
        async with self._store.reading() as work:
            rows = await work.session.exec(query if before is None else query.where(col(RefundBatchRow.id) < before))
            return tuple([await _batch(work, row) for row in rows.all()])

    async def go_on(self, now: Instant) -> None:
        """Go on with every batch by some orders. A job."""
        running = select(RefundBatchRow).where(RefundBatchRow.state == BatchState.RUNNING).order_by(col(RefundBatchRow.id))
        async with self._store.reading() as work:
            rows = (await work.session.exec(running)).all()
        for row in rows:
            assert row.id is not None, "a stored batch has its number"
            orders = await self._next_orders(row)
            for order_id in orders:
                left_out = await self._refund_order(row, row.id, order_id, now)
                if not await self._came_to(row.id, order_id, left_out, None):
                    break
            if len(orders) < MOST_ORDERS_A_RUN:
                await self._came_to(row.id, None, 0, now)

    async def _next_orders(self, row: RefundBatchRow) -> list[int]:
        past = col(TicketRow.order_id) > row.last_order_id
        query = select(TicketRow.order_id).join(OrderLineRow, OF_LINE).where(past, *_of(_closed(row))).distinct()
        async with self._store.querying() as work:
            return list((await work.session.exec(query.order_by(col(TicketRow.order_id)).limit(MOST_ORDERS_A_RUN))).all())

    async def _refund_order(self, row: RefundBatchRow, batch_id: int, order_id: int, now: Instant) -> int:
        """Refund an order's tickets; return how many were left out. A second call finds what the first has done."""
        async with self._store.reading() as work:
            found = [one for one in await tickets_of_order(work, order_id) if await _is_of(work, one, _closed(row))]
        return sum([not await self._refund(row, batch_id, ticket, now) for ticket in found])

    async def _refund(self, row: RefundBatchRow, batch_id: int, ticket: Ticket, now: Instant) -> bool:
        wanted = WantedRefund(ticket.ticket_id, row.reason, None, None, RefundKind.CLOSED_DAY, 0, batch_id)
        once = IdempotencyKey(f"refund-batch/{batch_id}", id_text(ticket.ticket_id), b"")
        try:
            await self._refunds.request(wanted, once, row.requested_by, now)
        except Problem:
            return False
        return True

    async def _came_to(self, batch_id: int, order_id: int | None, left_out: int, finished_at: Instant | None) -> bool:
        """Note how far a batch has come; return whether it goes on.

        Orders that another process has done meanwhile are not counted twice.
        """
        async with self._store.transaction() as work:
            row = await _locked(work, batch_id)
            if row.state == BatchState.RUNNING and order_id is not None and order_id > row.last_order_id:
                row.last_order_id, row.left_out = order_id, row.left_out + left_out
            if row.state == BatchState.RUNNING and finished_at is not None:
                row.state, row.finished_at = BatchState.DONE, finished_at
            work.session.add(row)
            return row.state == BatchState.RUNNING


def _of(closed: ClosedDay) -> list[ColumnElement[bool]]:
    """Return the conditions on tickets, with their lines, of a closed day."""
    of_type = [] if closed.type_id is None else [col(TicketRow.ticket_type_id) == closed.type_id]
    return [col(TicketRow.site_id) == closed.site_id, is_for_day(closed.day), *of_type]


async def _is_of(work: Work, ticket: Ticket, closed: ClosedDay) -> bool:
    is_of_type = closed.type_id in (None, ticket.record.ticket_type)
    return is_of_type and (await promise_of(work, ticket)).use_day == closed.day


async def _require_known(work: Work, closed: ClosedDay) -> None:
    await catalog.site(work, closed.site_id)
    if closed.type_id is not None and not await catalog.ticket_types(work, (closed.type_id,)):
        raise Problem(ProblemCode.NOT_FOUND, NO_TICKET_TYPE.of(type_id=closed.type_id))


async def _locked(work: Work, batch_id: int) -> RefundBatchRow:
    row = await work.session.get(RefundBatchRow, batch_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise _not_there(batch_id)
    return row


def _not_there(batch_id: int) -> Problem:
    return Problem(ProblemCode.NOT_FOUND, NO_REFUND_BATCH.of(batch_id=batch_id))


def _closed(row: RefundBatchRow) -> ClosedDay:
    return ClosedDay(row.site_id, row.day, row.ticket_type_id)


async def _batch(work: Work, row: RefundBatchRow) -> Batch:
    assert row.id is not None, "a stored batch has its number"
    sums = func.count(), func.sum(RefundRow.amount_fen)
    query = select(RefundRow.state, *sums).where(col(RefundRow.batch_id) == row.id).group_by(col(RefundRow.state))
    found = {RefundState(state): (int(count), int(fen)) for state, count, fen in (await work.session.exec(query)).all()}
    return Batch(
        batch_id=row.id,
        closed=_closed(row),
        reason=row.reason,
        state=BatchState(row.state),
        left_out=row.left_out,
        requested_by=row.requested_by,
        requested_at=row.requested_at,
        finished_at=row.finished_at,
        made=tuple(Made(state, *found[state]) for state in RefundState if state in found),
    )
