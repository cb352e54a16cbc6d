"""Refunds: revoke, fence, then pay.

Laws (law 6): the ticket is void, and gates are told, before anything else; money moves only when no agent could still admit it
and none has; a supervisor may pay before that, and the record says who was not waited for; money goes back the way it came, and a
refund is paid only when it has arrived there.
"""

from dataclasses import dataclass
from enum import StrEnum

from sqlmodel import col, select

from central.audit import service as audit
from central.catalog import service as catalog
from central.issuing import outbox
from central.issuing.records import Ticket, id_text
from central.issuing.service import Issuing, ticket_in
from central.payments.service import Payments, Returning
from central.refunds.policy import Revocation, WaitedFor, fence
from central.refunds.ports import Admissions, AdmittingAgents
from central.sales.quotas import give_back_ticket
from central.sales.service import paid_price_fen
from central.store.idempotency import first_use, remember
from central.store.tables.money import RefundRow
from central.store.unit_of_work import Store, Work
from central.web.idempotency import IdempotencyKey
from central.web.problems import Problem, ProblemCode
from protocol.identifiers import TicketId
from protocol.instants import Instant
from protocol.tickets.record import TicketStatus

MOST_READ_AT_ONCE = 500


class RefundState(StrEnum):
    """Where a refund stands. Returning: decided, and the institution has not yet said that the money is back."""

    WAITING = "waiting"
    RETURNING = "returning"
    PAID = "paid"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Refund:
    """A refund, and who is still waited for."""

    refund_id: int
    ticket_id: TicketId
    order_id: int
    amount_fen: int
    state: RefundState
    reason: str
    requested_by: int
    requested_at: Instant
    decided_at: Instant | None
    override_by: int | None
    override_reason: str | None
    waiting_for: tuple[WaitedFor, ...]


class Refunds:
    """Gives money back, once, for tickets that nobody used."""

    def __init__(
        self, store: Store, issuing: Issuing, payments: Payments, agents: AdmittingAgents, admissions: Admissions
    ) -> None:
        """Take the store, who changes tickets, who gives money back, and who knows of gates and of admissions."""
        self._store = store
        self._issuing = issuing
        self._payments = payments
        self._agents = agents
        self._admissions = admissions

    async def request(self, ticket_id: TicketId, reason: str, once: IdempotencyKey, by: int, now: Instant) -> Refund:
        """Make the ticket void and begin to wait; pays at once where nobody must be waited for.

        Problem where the ticket is not active, or is known to be used.
        """
        async with self._store.transaction() as work:
            earlier = await first_use(work, once.scope, once.key, once.fingerprint, now)
            if earlier is None:
                refund_id = await self._revoke(work, ticket_id, reason, by, now)
                await remember(work, once.scope, once.key, str(refund_id))
            else:
                once.require_same(earlier.fingerprint)
                refund_id = int(earlier.reference)
        return await self.settle(refund_id, now)

    async def settle(self, refund_id: int, now: Instant) -> Refund:
        """Decide a waiting refund where its fence is open; else leave it waiting."""
        async with self._store.transaction() as work:
            row = await _locked(work, refund_id)
            if row.state != RefundState.WAITING:
                return refund_of(row, ())
            # The fence first, then the uses: what a gate admitted before the version took force was ingested before the
            # fence could see that version, so the later question cannot miss it.
            waiting = await self._waiting_for(work, row, now)
            if not waiting:
                await self._decide(work, row, now)
            return refund_of(row, waiting)

    async def settle_waiting(self, now: Instant) -> int:
        """Decide every waiting refund whose fence has opened; return how many. A job and each ingest call it."""
        decided, last = 0, 0
        while waiting := await self._waiting_after(last):
            for refund_id in waiting:
                decided += (await self.settle(refund_id, now)).state is not RefundState.WAITING
            last = waiting[-1]
        return decided

    async def finish_returning(self, now: Instant) -> int:
        """Note which refunds have arrived at their payers; return how many. A job calls it."""
        async with self._store.transaction() as work:
            query = select(RefundRow).where(RefundRow.state == RefundState.RETURNING).order_by(col(RefundRow.id))
            rows = (await work.session.exec(query.limit(MOST_READ_AT_ONCE).with_for_update(skip_locked=True))).all()
            arrived = [row for row in rows if row.id is not None and await self._payments.refunds.has_arrived(work, row.id)]
            for row in arrived:
                row.state, row.decided_at = RefundState.PAID, now
                work.session.add(row)
                audit.record(work, now, audit.SYSTEM, "refund.arrive", f"refund:{row.id}", amount_fen=row.amount_fen)
        return len(arrived)

    async def _waiting_after(self, last: int) -> list[int]:
        query = select(RefundRow.id).where(RefundRow.state == RefundState.WAITING, col(RefundRow.id) > last)
        async with self._store.reading() as work:
            found = (await work.session.exec(query.order_by(col(RefundRow.id)).limit(MOST_READ_AT_ONCE))).all()
        return [refund_id for refund_id in found if refund_id is not None]

    async def override(self, refund_id: int, reason: str, by: int, now: Instant) -> Refund:
        """Pay without waiting any longer, on the record; Problem where it is decided, or the ticket is known to be used."""
        async with self._store.transaction() as work:
            row = await _locked(work, refund_id)
            if row.state != RefundState.WAITING:
                raise Problem(ProblemCode.REFUND_STATE, f"the refund is {row.state} already")
            waiting = await self._waiting_for(work, row, now)
            if await self._admissions.used_persons(work, row.ticket_id):
                raise Problem(ProblemCode.TICKET_STATE, "the ticket was used; it is not refunded")
            row.override_by, row.override_reason = by, reason
            row.override_waited_for = [one.agent or 0 for one in waiting]
            audit.record(work, now, by, "refund.override", f"refund:{refund_id}", reason=reason, not_waited_for=len(waiting))
            await self._pay(work, row, now)
            return refund_of(row, ())

    async def refund(self, refund_id: int, now: Instant) -> Refund:
        """Return a refund and who is waited for; Problem where there is none."""
        async with self._store.reading() as work:
            row = await work.session.get(RefundRow, refund_id)
            if row is None:
                raise Problem(ProblemCode.NOT_FOUND, f"there is no refund {refund_id}")
            waiting = await self._waiting_for(work, row, now) if row.state == RefundState.WAITING else ()
            return refund_of(row, waiting)

    async def _revoke(self, work: Work, ticket_id: TicketId, reason: str, by: int, now: Instant) -> int:
        before = await outbox.highest_change(work, ticket_id)
        ticket = await self._issuing.set_status(work, ticket_id, (TicketStatus.ACTIVE,), TicketStatus.VOID, now)
        if await self._admissions.used_persons(work, ticket_id):
            raise Problem(ProblemCode.TICKET_STATE, "the ticket was used; it is not refunded")
        row = RefundRow(
            ticket_id=ticket_id,
            order_id=ticket.order_id,
            amount_fen=await paid_price_fen(work, ticket.order_id, ticket.line),
            state=RefundState.WAITING,
            reason=reason,
            fence_change_id=await outbox.first_change_after(work, ticket_id, before),
            requested_by=by,
            requested_at=now,
        )
        work.session.add(row)
        await work.session.flush()
        assert row.id is not None, "a flushed row has its number"
        audit.record(work, now, by, "refund.request", f"refund:{row.id}", ticket=id_text(ticket_id), reason=reason)
        return row.id

    async def _waiting_for(self, work: Work, row: RefundRow, now: Instant) -> tuple[WaitedFor, ...]:
        ticket = await ticket_in(work, row.ticket_id)
        product = (await catalog.ticket_types(work, (ticket.record.product,)))[ticket.record.product].product()
        sites = frozenset().union(*(right.sites for right in product.entitlements))
        types = frozenset(right.ticket_type for right in product.entitlements)
        versions = await outbox.published_versions(work, row.ticket_id, row.fence_change_id)
        agents = await self._agents.agents_that_may_admit(work, sites, types)
        return fence(Revocation(row.requested_at, versions, product.autonomy_s), agents, now)

    async def _decide(self, work: Work, row: RefundRow, now: Instant) -> None:
        if not await self._admissions.used_persons(work, row.ticket_id):
            await self._pay(work, row, now)
            return
        row.state, row.decided_at = RefundState.REFUSED, now
        work.session.add(row)
        await self._issuing.set_status(work, row.ticket_id, (TicketStatus.VOID,), TicketStatus.ACTIVE, now)
        await self._admissions.judge_anew(work, row.ticket_id, now)
        audit.record(work, now, audit.SYSTEM, "refund.refuse", f"refund:{row.id}", why="the ticket was used")

    async def _pay(self, work: Work, row: RefundRow, now: Instant) -> None:
        ticket: Ticket = await ticket_in(work, row.ticket_id)
        back = Returning(row.order_id, ticket.record.issuing_site, row.amount_fen, row.id, row.requested_by)
        is_out = await self._payments.give_back(work, back, now)
        row.state, row.decided_at = RefundState.PAID if is_out else RefundState.RETURNING, now
        work.session.add(row)
        audit.record(work, now, row.requested_by, "refund.pay", f"refund:{row.id}", amount_fen=row.amount_fen)
        await give_back_ticket(work, ticket, ticket.record.persons)


async def _locked(work: Work, refund_id: int) -> RefundRow:
    row = await work.session.get(RefundRow, refund_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise Problem(ProblemCode.NOT_FOUND, f"there is no refund {refund_id}")
    return row


def refund_of(row: RefundRow, waiting: tuple[WaitedFor, ...]) -> Refund:
    """Return the refund of a row, and whom it waits for."""
    assert row.id is not None, "a stored refund has its number"
    return Refund(
        refund_id=row.id,
        ticket_id=row.ticket_id,
        order_id=row.order_id,
        amount_fen=row.amount_fen,
        state=RefundState(row.state),
        reason=row.reason,
        requested_by=row.requested_by,
        requested_at=row.requested_at,
        decided_at=row.decided_at,
        override_by=row.override_by,
        override_reason=row.override_reason,
        waiting_for=waiting,
    )
