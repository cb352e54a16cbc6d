"""Refunds: revoke, fence, then pay.

Laws (law 6): first of all the ticket becomes void (of a group code: the persons are taken off it), and gates are told; money
moves only when no agent can still admit them and none has; a supervisor may pay before that, and the record names the agents that
were not waited for; money goes back by the method that it came by, and a refund is paid only when the money has arrived.
"""

from dataclasses import dataclass
from enum import StrEnum

from sqlmodel import col, func, select

from central.audit import service as audit
from central.audit.rules.changes import Changes, changes_between
from central.domain.idempotency import IdempotencyKey
from central.domain.messages import NO_REFUND
from central.domain.problems import Problem, ProblemCode
from central.domain.saying import Said
from central.issuing import outbox
from central.issuing.service import Issuing, ticket_in, ticket_locked
from central.issuing.tickets import Ticket, id_text
from central.live_events.kinds import LiveKind
from central.live_events.telling import Change, tell
from central.payments import ledger
from central.payments.ledger import Movement
from central.payments.methods import Method
from central.payments.refund_split import Given, Returning
from central.payments.service import Payments
from central.refunds import messages
from central.refunds.fencing import Revoked, fenced
from central.refunds.ports import Admissions, AdmittingAgents
from central.refunds.rules.amounts import Reckoned, RefundKind, Uses, WantedRefund, is_still_unused, reckoned
from central.refunds.rules.fence import WaitedFor, each_once
from central.sales.quotas import give_back_ticket
from central.sales.sold_terms import promise_of
from central.store.idempotency import first_use, remember
from central.store.tables.money import RefundRow
from central.store.unit_of_work import Store, Work
from protocol.identifiers import TicketId
from protocol.instants import Instant, to_datetime
from protocol.tickets.record import TicketState

MOST_READ_AT_ONCE = 500


class RefundState(StrEnum):
    """The state of a refund. Returning: decided, and the institution has not yet said that the money is back.

    Owed: decided, and no seller has handed the money out yet.
    """

    WAITING = "waiting"
    RETURNING = "returning"
    OWED = "owed"
    PAID = "paid"
    REFUSED = "refused"


_REFUNDABLE = (TicketState.ACTIVE, TicketState.INACTIVE)
_AFTER = {Given.OUT: RefundState.PAID, Given.ON_ITS_WAY: RefundState.RETURNING, Given.OWED: RefundState.OWED}


@dataclass(frozen=True, slots=True)
class Refund:
    """A refund of so many persons of a ticket, and what it still waits for. `amount_fen` goes back, `fee_fen` is kept."""

    refund_id: int
    ticket_id: TicketId
    order_id: int
    kind: RefundKind
    persons: int
    amount_fen: int
    fee_fen: int
    state: RefundState
    reason: str
    requested_by: int
    requested_at: Instant
    decided_at: Instant | None
    override_by: int | None
    override_reason: str | None
    override_asked_by: int | None
    waiting_for: tuple[WaitedFor, ...]


@dataclass(frozen=True, slots=True)
class Reckoning:
    """A locked ticket, and what goes back for it."""

    wanted: WantedRefund
    ticket: Ticket
    found: Reckoned


class Refunds:
    """Gives money back, once, for tickets that were not used; by force, for tickets that were."""

    def __init__(
        self, store: Store, issuing: Issuing, payments: Payments, agents: AdmittingAgents, admissions: Admissions
    ) -> None:
        """Take the store, and the services that change tickets, give money back, and know gates and admissions."""
        self._store = store
        self._issuing = issuing
        self._payments = payments
        self._agents = agents
        self._admissions = admissions

    async def quote(self, wanted: WantedRefund, now: Instant) -> Reckoned:
        """Return what would go back now; Problem as for a refund. Nothing is stored."""
        async with self._store.reading() as work:
            return await self.reckon(work, wanted, await ticket_in(work, wanted.ticket_id), now)

    async def request(self, wanted: WantedRefund, once: IdempotencyKey, by: int, now: Instant) -> Refund:
        """Make the ticket void, or take persons off it, and begin to wait. Pays at once where no gate must be waited for.

        Problem where the ticket is not active, is known to be used, or the rules give nothing back.
        """
        async with self._store.transaction() as work:
            earlier = await first_use(work, once.scope, once.key, once.fingerprint, now)
            if earlier is None:
                refund_id = await self._revoke(work, wanted, by, now)
                await remember(work, once.scope, once.key, str(refund_id))
            else:
                once.require_same(earlier.fingerprint)
                refund_id = int(earlier.outcome)
        return await self.settle(refund_id, now)

    async def settle(self, refund_id: int, now: Instant) -> Refund:
        """Decide a waiting refund where its fence is open; else leave it waiting."""
        async with self._store.transaction() as work:
            row = await _locked(work, refund_id)
            if row.state != RefundState.WAITING:
                return refund_of(row, ())
            # The fence first, then the uses: where a gate admitted before the version took force, that was ingested before the
            # fence could see that version, so the later query cannot miss it.
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
                changes = _note_state(work, row, RefundState.PAID, now)
                subject, amount_fen = f"refund:{row.id}", row.amount_fen
                audit.record(work, now, audit.SYSTEM, "refund.arrive", subject, amount_fen=amount_fen, changes=changes)
        return len(arrived)

    async def _waiting_after(self, last: int) -> list[int]:
        query = select(RefundRow.id).where(RefundRow.state == RefundState.WAITING, col(RefundRow.id) > last)
        async with self._store.reading() as work:
            found = (await work.session.exec(query.order_by(col(RefundRow.id)).limit(MOST_READ_AT_ONCE))).all()
        return [refund_id for refund_id in found if refund_id is not None]

    async def override(self, refund_id: int, reason: str, by: int, now: Instant, asked_by: int | None = None) -> Refund:
        """Pay without waiting any longer, with a record; `asked_by` is who asked `by` to approve it.

        Problem where the refund is decided, or the ticket is known to be used.
        """
        async with self._store.transaction() as work:
            row = await _locked(work, refund_id)
            if row.state != RefundState.WAITING:
                raise Problem(ProblemCode.REFUND_STATE, messages.REFUND_IS_ALREADY.of(state=_state_of(row)))
            waiting = await self._waiting_for(work, row, now)
            if not await self._may_be_paid(work, row):
                raise Problem(ProblemCode.TICKET_STATE, messages.USED_NOT_REFUNDED.of())
            row.override_by, row.override_reason, row.override_asked_by = by, reason, asked_by
            row.override_waited_for = [one.agent or 0 for one in waiting]
            said: dict[str, str | int | None] = {"reason": reason, "not_waited_for": len(waiting)}
            said |= {} if asked_by is None else {"asked_by": asked_by}
            # The payment that follows states how the refund changes.
            audit.record(work, now, by, "refund.override", f"refund:{refund_id}", changes=(), **said)
            await self._pay(work, row, now)
            return refund_of(row, ())

    async def hand_out(self, refund_id: int, by: int, now: Instant) -> Refund:
        """Hand out what is owed for a refund, to the visitor who has come for it; Problem where nothing is owed."""
        async with self._store.transaction() as work:
            row = await _locked(work, refund_id)
            if row.state != RefundState.OWED:
                raise Problem(ProblemCode.REFUND_STATE, messages.REFUND_NOT_OWED.of(state=_state_of(row)))
            site = (await ticket_in(work, row.ticket_id)).record.issuing_site
            handed_fen = await self._payments.hand_out(work, refund_id, site, by, now)
            is_left = await self._payments.refunds.is_on_its_way(work, refund_id)
            changes = _note_state(work, row, RefundState.RETURNING if is_left else RefundState.PAID, now)
            audit.record(work, now, by, "refund.hand-out", f"refund:{refund_id}", amount_fen=handed_fen, changes=changes)
            return refund_of(row, ())

    async def refund(self, refund_id: int, now: Instant) -> Refund:
        """Return a refund and what it waits for; Problem where there is none."""
        async with self._store.reading() as work:
            row = await work.session.get(RefundRow, refund_id)
            if row is None:
                raise Problem(ProblemCode.NOT_FOUND, NO_REFUND.of(refund_id=refund_id))
            waiting = await self._waiting_for(work, row, now) if row.state == RefundState.WAITING else ()
            return refund_of(row, waiting)

    async def _revoke(self, work: Work, wanted: WantedRefund, by: int, now: Instant) -> int:
        ticket = await ticket_locked(work, wanted.ticket_id)
        return await self.take_back(work, Reckoning(wanted, ticket, await self.reckon(work, wanted, ticket, now)), by, now)

    async def take_back(self, work: Work, reckoning: Reckoning, by: int, now: Instant) -> int:
        """Make a locked ticket void, or take persons off it, in the caller's transaction; return its refund, which waits."""
        wanted, ticket, found = reckoning.wanted, reckoning.ticket, reckoning.found
        before = await outbox.highest_change(work, wanted.ticket_id)
        if found.is_whole:
            await self._issuing.set_state(work, wanted.ticket_id, _REFUNDABLE, TicketState.VOID, now)
        else:
            await self._issuing.set_persons(work, wanted.ticket_id, ticket.record.persons - found.taken_off, now)
        row = RefundRow(
            ticket_id=wanted.ticket_id,
            order_id=ticket.order_id,
            kind=wanted.kind,
            persons=found.persons,
            is_whole=found.is_whole,
            taken_off=found.taken_off,
            batch_id=wanted.batch_id,
            amount_fen=found.amount_fen,
            fee_fen=found.fee_fen,
            state=RefundState.WAITING,
            reason=wanted.reason,
            fence_change_id=await outbox.first_change_after(work, wanted.ticket_id, before),
            requested_by=by,
            requested_at=now,
            state_before=None if ticket.record.state is TicketState.ACTIVE else int(ticket.record.state),
        )
        work.session.add(row)
        await work.session.flush()
        assert row.id is not None, "a flushed row has its number"
        _note_request(work, row, by, now)
        _tell(work, row, now)
        return row.id

    async def reckon(self, work: Work, wanted: WantedRefund, ticket: Ticket, now: Instant) -> Reckoned:
        """Return what goes back for a ticket, as the caller's transaction sees it; Problem where the refund is refused."""
        promise = await promise_of(work, ticket)
        used = await self._admissions.used_persons(work, ticket.ticket_id)
        uses = Uses(used, await _refunded_by_force(work, ticket.ticket_id) if used else 0)
        return reckoned(wanted, ticket.record, promise, uses, to_datetime(now, promise.zone).replace(tzinfo=None))

    async def _may_be_paid(self, work: Work, row: RefundRow) -> bool:
        if row.kind == RefundKind.FORCED:
            return True
        for before in await _handed_in_for(work, row.order_id):
            if await self._admissions.used_persons(work, before.ticket_id):
                return False
        used = await self._admissions.used_persons(work, row.ticket_id)
        return is_still_unused((await ticket_in(work, row.ticket_id)).record, used, is_whole=row.is_whole)

    async def exchange(self, work: Work, wanted: WantedRefund, new_order_id: int, by: int, now: Instant) -> int:
        """Make a ticket void that is handed in for another; return its worth. No money leaves, so the exchange waits for no gate.

        Part of the caller's transaction, which makes the other ticket.
        """
        row = await work.session.get_one(RefundRow, await self._revoke(work, wanted, by, now))
        row.new_order_id = new_order_id
        _note_state(work, row, RefundState.PAID, now)
        ticket = await ticket_in(work, row.ticket_id)
        site = ticket.record.issuing_site
        into = ledger.received(Method.EXCHANGE, site, by)
        ledger.post(work, Movement(ledger.sales(site), into, row.amount_fen, row.order_id, row.id), by, now)
        await give_back_ticket(work, ticket, row.persons, is_whole=row.is_whole)
        return row.amount_fen

    async def _waiting_for(self, work: Work, row: RefundRow, now: Instant) -> tuple[WaitedFor, ...]:
        """Return what the refund waits for: gates that must hear that the ticket, or one that was handed in for it, is void."""
        rows = (row, *await _handed_in_for(work, row.order_id))
        revoked = [Revoked(one.ticket_id, one.fence_change_id, one.requested_at) for one in rows]
        return each_once([waited for one in revoked for waited in await fenced(work, self._agents, one, now)])

    async def _decide(self, work: Work, row: RefundRow, now: Instant) -> None:
        if await self._may_be_paid(work, row):
            await self._pay(work, row, now)
            return
        changes = _note_state(work, row, RefundState.REFUSED, now)
        if row.is_whole:
            before = TicketState.ACTIVE if row.state_before is None else TicketState(row.state_before)
            await self._issuing.set_state(work, row.ticket_id, (TicketState.VOID,), before, now)
        else:
            left = (await ticket_locked(work, row.ticket_id)).record.persons
            await self._issuing.set_persons(work, row.ticket_id, left + row.taken_off, now)
        await self._admissions.judge_again(work, row.ticket_id, now)
        audit.record(work, now, audit.SYSTEM, "refund.refuse", f"refund:{row.id}", why="the ticket was used", changes=changes)

    async def _pay(self, work: Work, row: RefundRow, now: Instant) -> None:
        ticket = await ticket_in(work, row.ticket_id)
        # Not the refunds of a closed day: money that no institution pays is handed out when the visitors come.
        by = None if row.kind == RefundKind.CLOSED_DAY else row.requested_by
        back = Returning(row.order_id, ticket.record.issuing_site, row.amount_fen, row.id, by, row.fee_fen)
        changes = _note_state(work, row, _AFTER[await self._payments.give_back(work, back, now)], now)
        audit.record(
            work,
            now,
            row.requested_by,
            "refund.pay",
            f"refund:{row.id}",
            amount_fen=row.amount_fen,
            fee_fen=row.fee_fen,
            changes=changes,
        )
        if row.kind != RefundKind.FORCED:
            await give_back_ticket(work, ticket, row.persons, is_whole=row.is_whole)


async def _refunded_by_force(work: Work, ticket_id: TicketId) -> int:
    of_ticket = col(RefundRow.ticket_id) == ticket_id, col(RefundRow.kind) == RefundKind.FORCED
    query = select(func.coalesce(func.sum(RefundRow.persons), 0)).where(*of_ticket, col(RefundRow.is_whole).is_(False))
    return int((await work.session.exec(query)).one())


def _note_state(work: Work, row: RefundRow, state: RefundState, now: Instant) -> Changes:
    changes = changes_between({"state": row.state}, {"state": state})
    row.state, row.decided_at = state, now
    work.session.add(row)
    _tell(work, row, now)
    return changes


def _tell(work: Work, row: RefundRow, now: Instant) -> None:
    said = {"refund_id": row.id, "state": row.state, "persons": row.persons, "amount_fen": row.amount_fen, "fee_fen": row.fee_fen}
    tell(work, now, Change(LiveKind.REFUND, said, order_id=row.order_id, ticket_id=row.ticket_id))


def _note_request(work: Work, row: RefundRow, by: int, now: Instant) -> None:
    audit.record(
        work,
        now,
        by,
        "refund.request",
        f"refund:{row.id}",
        ticket=id_text(row.ticket_id),
        kind=row.kind,
        persons=row.persons,
        fee_fen=row.fee_fen,
        reason=row.reason,
    )


async def has_waiting(work: Work, order_id: int) -> bool:
    """Return whether a refund of an order is not decided yet."""
    waiting = RefundRow.order_id == order_id, RefundRow.state == RefundState.WAITING
    return (await work.session.exec(select(RefundRow.id).where(*waiting).limit(1))).first() is not None


async def _locked(work: Work, refund_id: int) -> RefundRow:
    row = await work.session.get(RefundRow, refund_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise Problem(ProblemCode.NOT_FOUND, NO_REFUND.of(refund_id=refund_id))
    return row


def _state_of(row: RefundRow) -> Said:
    return messages.REFUND_STATES[row.state].of()


def refund_of(row: RefundRow, waiting: tuple[WaitedFor, ...]) -> Refund:
    """Return the refund of a row, and what it waits for."""
    assert row.id is not None, "a stored refund has its number"
    return Refund(
        refund_id=row.id,
        ticket_id=row.ticket_id,
        order_id=row.order_id,
        kind=RefundKind(row.kind),
        persons=row.persons,
        amount_fen=row.amount_fen,
        fee_fen=row.fee_fen,
        state=RefundState(row.state),
        reason=row.reason,
        requested_by=row.requested_by,
        requested_at=row.requested_at,
        decided_at=row.decided_at,
        override_by=row.override_by,
        override_reason=row.override_reason,
        override_asked_by=row.override_asked_by,
        waiting_for=waiting,
    )


async def _handed_in_for(work: Work, order_id: int) -> tuple[RefundRow, ...]:
    """Return the exchanges that paid an order, and those that paid their orders, the latest first.

    As long as one of the tickets that were handed in could be used, the money of the other is not free (law 6).
    """
    query = select(RefundRow).where(col(RefundRow.new_order_id) == order_id).order_by(col(RefundRow.id))
    rows = (await work.session.exec(query)).all()
    before = [one for row in rows for one in await _handed_in_for(work, row.order_id)]
    return (*rows, *before)
