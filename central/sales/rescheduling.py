"""Rescheduling (改签): a ticket moves to another day or slot of its type, by the rules of its sale.

Laws: only an unused ticket moves; its places go with it in one transaction, so that nothing is oversold; its printed code stays
valid, because the row decides. No fence stands before a move, because no money leaves: a gate that has not heard of it may still
admit on the old day, which is a recorded conflict (`admissions.rules.conflicts`), and a use counts on every day.
"""

from datetime import date

from sqlmodel import col, select

from central.audit import service as audit
from central.audit.rules.changes import changes_between
from central.catalog import service as catalog
from central.catalog.rules.validity import slot_starting, window
from central.domain.idempotency import IdempotencyKey
from central.domain.messages import TICKET_STATE_FORBIDS, TICKET_STATES
from central.domain.problems import Problem, ProblemCode
from central.issuing.service import Issuing, ticket_in, ticket_locked, tickets_of_order
from central.issuing.tickets import Ticket, subject
from central.sales import quotas
from central.sales.messages import FOR_THAT_DAY_ALREADY, REFUND_WAITS_FOR_GATES, USED_NOT_MOVED
from central.sales.ports import Uses
from central.sales.rules.quotas import Move, SiteDay
from central.sales.rules.rescheduling import WantedDay, refused, require_movable
from central.sales.sold_terms import promise_of
from central.store.idempotency import first_use, remember
from central.store.tables.money import RefundRow
from central.store.tables.tickets import RescheduledTicketRow
from central.store.unit_of_work import Store, Work
from protocol.instants import Instant, from_minute, to_datetime
from protocol.tickets.record import TicketState

# The state of a refund that still holds places (`refunds.service.RefundState`).
_WAITING = "waiting"


class Rescheduling:
    """Moves tickets to other days."""

    def __init__(self, store: Store, issuing: Issuing, admissions: Uses) -> None:
        """Take the store, the service that changes tickets, and the service that knows uses."""
        self._store = store
        self._issuing = issuing
        self._admissions = admissions

    async def move(self, wanted: WantedDay, once: IdempotencyKey, by: int, now: Instant) -> Ticket:
        """Move a ticket; Problem where it was used, its rules do not allow it, or the day has no place left."""
        async with self._store.transaction() as work:
            earlier = await first_use(work, once.scope, once.key, once.fingerprint, now)
            if earlier is not None:
                once.require_same(earlier.fingerprint)
                return await ticket_in(work, wanted.ticket_id)
            await remember(work, once.scope, once.key, "")
            return await self._move(work, wanted, by, now)

    async def _move(self, work: Work, wanted: WantedDay, by: int, now: Instant) -> Ticket:
        ticket = await ticket_locked(work, wanted.ticket_id)
        await self._require_unused(work, ticket)
        promise, ticket_type = await promise_of(work, ticket), ticket.record.ticket_type
        one = (await catalog.ticket_types(work, (ticket_type,)))[ticket_type]
        at = to_datetime(now, promise.zone).replace(tzinfo=None)
        require_movable(promise, one, wanted, at)
        slot = None if wanted.slot_start is None else slot_starting(one.parameters, wanted.slot_start)
        to = window(one.parameters, wanted.visit, slot, promise.zone)
        if (to.slot_start, wanted.visit) == (ticket.record.slot_start, promise.use_day):
            raise refused("visit_day", FOR_THAT_DAY_ALREADY.of())
        moved = await self._issuing.set_window(work, wanted.ticket_id, to, now)
        await _note(work, wanted, by, now)
        changes = changes_between(_stated(promise.use_day, ticket), _stated(wanted.visit, moved))
        audit.record(work, now, by, "ticket.reschedule", subject(wanted.ticket_id), changes=changes)
        order = [one.ticket_id for one in await tickets_of_order(work, ticket.order_id) if one.line == ticket.line]
        number = order.index(wanted.ticket_id)
        site = ticket.record.issuing_site
        of_site = SiteDay(site, (await catalog.site(work, site)).parameters.daily_capacity)
        move = Move(ticket_type, ticket.line, number, wanted.visit, to.slot_start, one.parameters.sale, of_site)
        await quotas.move_ticket(work, ticket, move)
        return moved

    async def _require_unused(self, work: Work, ticket: Ticket) -> None:
        if ticket.record.state is not TicketState.ACTIVE:
            raise Problem(ProblemCode.TICKET_STATE, TICKET_STATE_FORBIDS.of(state=TICKET_STATES[ticket.record.state].of()))
        if await self._admissions.used_persons(work, ticket.ticket_id):
            raise Problem(ProblemCode.TICKET_STATE, USED_NOT_MOVED.of())
        waits = col(RefundRow.ticket_id) == ticket.ticket_id, col(RefundRow.state) == _WAITING
        if (await work.session.exec(select(RefundRow.id).where(*waits).limit(1))).first() is not None:
            raise Problem(ProblemCode.TICKET_STATE, REFUND_WAITS_FOR_GATES.of())


async def _note(work: Work, wanted: WantedDay, by: int, now: Instant) -> None:
    row = await work.session.get(RescheduledTicketRow, wanted.ticket_id)
    if row is None:
        row = RescheduledTicketRow(ticket_id=wanted.ticket_id, times=0, visit_day=wanted.visit, moved_at=now, moved_by=by)
    row.times, row.visit_day, row.moved_at, row.moved_by = row.times + 1, wanted.visit, now, by
    work.session.add(row)


def _stated(day: date | None, ticket: Ticket) -> dict[str, object]:
    slot = ticket.record.slot_start
    return {"visit_day": day, "slot_start": to_datetime(from_minute(slot)) if slot else None}
