"""Tickets on paper: handed to a printer once, and noted when the printer says that they are there.

Laws: a ticket is handed out for printing once, to one agent; the same request again gets the same tickets; what was handed out
and never noted as printed stays to be seen by staff, who print it again.
"""

from collections.abc import Collection, Sequence

from sqlmodel import col, select, update

from central.audit import service as audit
from central.domain.idempotency import IdempotencyKey
from central.domain.problems import Problem, ProblemCode
from central.issuing.service import ticket_in
from central.issuing.tickets import Ticket, id_from_text, id_text
from central.shop.messages import NOT_YOURS_TO_PRINT, NOTHING_PRINTED
from central.shop.proofs import Proof, Proofs, Proved
from central.shop.rules.papers import Unprinted, unprinted
from central.shop.sellers import SellingAgent
from central.store.idempotency import first_use, remember
from central.store.tables.money import OrderRow
from central.store.tables.shop import FirstPrintRow
from central.store.tables.tickets import TicketRow
from central.store.unit_of_work import Store, Work
from central.store.upsert import insert_missing, inserted
from protocol.identifiers import TicketId
from protocol.instants import Instant, to_minute


class Papers:
    """Hands tickets to the printers of agents."""

    def __init__(self, store: Store, proofs: Proofs) -> None:
        """Take the store, and what finds tickets by what a visitor shows."""
        self._store = store
        self._proofs = proofs

    async def collect(self, agent: SellingAgent, proof: Proof, once: IdempotencyKey, now: Instant) -> tuple[Ticket, ...]:
        """Return the tickets to print, which are handed out by this; Problem where a proof finds nothing that may be printed."""
        proved = await self._proofs.tickets(agent, proof, now)
        async with self._store.transaction() as work:
            earlier = await first_use(work, once.scope, once.key, once.fingerprint, now)
            if earlier is not None:
                once.require_same(earlier.fingerprint)
                return tuple([await ticket_in(work, id_from_text(one)) for one in earlier.outcome.split()])
            tickets = await _handed_out(work, agent, proved, now)
            await remember(work, once.scope, once.key, " ".join(id_text(one.ticket_id) for one in tickets))
            orders = " ".join(str(number) for number in sorted({one.order_id for one in tickets}))
            audit.record(
                work, now, agent.user_id, "ticket.collect", f"agent:{agent.agent_id}", orders=orders, tickets=len(tickets)
            )
        return tickets

    async def note_printed(self, agent: SellingAgent, wanted: Collection[TicketId], now: Instant) -> int:
        """Note that tickets are on paper; return how many were not noted before.

        Problem where one of them was neither handed to this agent nor sold by it.
        """
        async with self._store.transaction() as work:
            await _require_its_own(work, agent, wanted)
            connection, row = await work.connection(), FirstPrintRow
            own = [{"ticket_id": one, "handed_at": now, "handed_by": agent.user_id, "printed_at": None} for one in sorted(wanted)]
            await insert_missing(connection, row, own)
            unnoted = col(row.ticket_id).in_(wanted), col(row.printed_at).is_(None)
            noted = await connection.execute(update(row).where(*unnoted).values(printed_at=now))
        return noted.rowcount


async def _handed_out(work: Work, agent: SellingAgent, proved: Sequence[Proved], now: Instant) -> tuple[Ticket, ...]:
    ids = [one.ticket.ticket_id for one in proved]
    handed = set((await work.session.exec(select(FirstPrintRow.ticket_id).where(col(FirstPrintRow.ticket_id).in_(ids)))).all())
    minute = to_minute(now)
    why = {
        one.ticket: unprinted(one.ticket.record, one.channel, minute, is_handed=one.ticket.ticket_id in handed) for one in proved
    }
    rows = [
        {"ticket_id": one.ticket_id, "handed_at": now, "handed_by": agent.user_id, "printed_at": None}
        for one, reason in why.items()
        if reason is None
    ]
    # Another agent may hand the same tickets out at this moment: each goes to one of the two.
    new = await inserted(await work.connection(), FirstPrintRow, rows, col(FirstPrintRow.ticket_id))
    got = {ticket_id for (ticket_id,) in new}
    if not got:
        raise _refused([reason for reason in why.values() if reason is not None])
    return tuple(one for one in why if one.ticket_id in got)


def _refused(reasons: Sequence[Unprinted]) -> Problem:
    """Return why nothing is printed: the reason that is nearest to a print, of all tickets."""
    nearest = max(reasons, key=list(Unprinted).index, default=Unprinted.PRINTED)
    return Problem(ProblemCode.TICKET_STATE, NOTHING_PRINTED.of(reason=nearest.value.of()))


async def _require_its_own(work: Work, agent: SellingAgent, wanted: Collection[TicketId]) -> None:
    handed = select(FirstPrintRow.ticket_id).where(
        col(FirstPrintRow.ticket_id).in_(wanted), FirstPrintRow.handed_by == agent.user_id
    )
    sold = (
        select(TicketRow.id)
        .join(OrderRow, col(TicketRow.order_id) == col(OrderRow.id))
        .where(col(TicketRow.id).in_(wanted), OrderRow.seller_id == agent.user_id)
    )
    its_own = {*(await work.session.exec(handed)).all(), *(await work.session.exec(sold)).all()}
    if missing := sorted(set(wanted) - its_own):
        raise Problem(ProblemCode.NOT_FOUND, NOT_YOURS_TO_PRINT.of(ticket_id=id_text(missing[0])))
