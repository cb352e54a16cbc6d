"""Reprints (补打): the same ticket on paper again, marked on its face as a reprint, a limited number of times.

Laws: each reprint is recorded with its seller and reason; the code stays, so that only one of two papers admits (a lost ticket is
re-issued instead, which makes the older print invalid).
"""

from dataclasses import dataclass

from sqlmodel import col, func, select

from central.audit import service as audit
from central.domain.idempotency import IdempotencyKey
from central.domain.messages import TICKET_STATES
from central.domain.problems import Problem, ProblemCode
from central.issuing.service import ticket_in, ticket_locked
from central.issuing.tickets import Ticket, subject
from central.sales.messages import NOT_PRINTED_AGAIN, REPRINTED_TOO_OFTEN
from central.sales.sold_terms import promise_of
from central.store.idempotency import first_use, remember
from central.store.tables.tickets import ReprintRow
from central.store.unit_of_work import Store, Work
from protocol.identifiers import TicketId
from protocol.instants import Instant
from protocol.tickets.record import TicketState

MARK_ZH = "补"
MARK_EN = "REPRINT"


@dataclass(frozen=True, slots=True)
class Reprint:
    """A ticket to print once more: the number of this reprint, and how many may follow."""

    ticket: Ticket
    number: int
    left: int
    at: Instant


class Reprints:
    """Prints tickets again."""

    def __init__(self, store: Store) -> None:
        """Take the store."""
        self._store = store

    async def reprint(self, ticket_id: TicketId, reason: str, once: IdempotencyKey, by: int, now: Instant) -> Reprint:
        """Note a reprint and return what to print; Problem where the ticket is not active, or was reprinted too often."""
        async with self._store.transaction() as work:
            earlier = await first_use(work, once.scope, once.key, once.fingerprint, now)
            if earlier is not None:
                once.require_same(earlier.fingerprint)
                row = await work.session.get_one(ReprintRow, int(earlier.outcome))
                return await _reprint(work, row, await ticket_in(work, ticket_id))
            ticket = await ticket_locked(work, ticket_id)
            row = ReprintRow(ticket_id=ticket_id, number=await _next(work, ticket), printed_at=now, printed_by=by, reason=reason)
            work.session.add(row)
            await work.session.flush()
            await remember(work, once.scope, once.key, str(row.id))
            audit.record(work, now, by, "ticket.reprint", subject(ticket_id), number=row.number, reason=reason)
            return await _reprint(work, row, ticket)


async def reprints_of(work: Work, ticket_id: TicketId) -> int:
    """Return how often a ticket was printed again."""
    query = select(func.count()).select_from(ReprintRow).where(col(ReprintRow.ticket_id) == ticket_id)
    return (await work.session.exec(query)).one()


async def _next(work: Work, ticket: Ticket) -> int:
    if ticket.record.state is not TicketState.ACTIVE:
        raise Problem(ProblemCode.TICKET_STATE, NOT_PRINTED_AGAIN.of(state=TICKET_STATES[ticket.record.state].of()))
    done, most = await reprints_of(work, ticket.ticket_id), (await promise_of(work, ticket)).rules.reprints
    if done >= most:
        raise Problem(ProblemCode.REPRINT_LIMIT, REPRINTED_TOO_OFTEN.of(done=done, most=most))
    return done + 1


async def _reprint(work: Work, row: ReprintRow, ticket: Ticket) -> Reprint:
    left = (await promise_of(work, ticket)).rules.reprints - row.number
    return Reprint(ticket, row.number, max(left, 0), row.printed_at)
