"""Tickets that come back to the agent that sold them: each is refunded as at a window, behind the fence.

Laws: an agent gives back what it sold itself, and only where the ticket's own rules allow it; the money goes the way it came; the
same request again goes on where it stopped, and gives nothing back twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from central.domain.idempotency import IdempotencyKey
from central.domain.problems import Problem, ProblemCode
from central.issuing.tickets import id_from_text, id_text
from central.refunds.rules.amounts import WantedRefund
from central.refunds.service import Refund, Refunds
from central.shop.messages import NOT_BOUGHT_HERE, RETURN_PAYS_OTHERWISE
from central.shop.proofs import Proof, Proofs
from central.shop.sellers import SellingAgent
from central.store.idempotency import first_use, remember
from central.store.unit_of_work import Store
from protocol.identifiers import TicketId
from protocol.instants import Instant


@dataclass(frozen=True, slots=True)
class ReturnQuote:
    """What would go back now: for these tickets, in all."""

    tickets: tuple[TicketId, ...]
    amount_fen: int


@dataclass(frozen=True, slots=True)
class WantedReturn:
    """Which tickets, why, and what was quoted for them."""

    proof: Proof
    reason: str
    expected_amount_fen: int


class Returns:
    """Takes tickets back."""

    def __init__(self, store: Store, proofs: Proofs, refunds: Refunds) -> None:
        """Take the store, what finds tickets by what a visitor shows, and the refunds."""
        self._store = store
        self._proofs = proofs
        self._refunds = refunds

    async def quote(self, agent: SellingAgent, proof: Proof, now: Instant) -> ReturnQuote:
        """Return which tickets the agent would take back now, and for how much; Problem where there is none."""
        found = await self._proofs.tickets(agent, proof, now)
        sold = [one.ticket.ticket_id for one in found if one.seller_id == agent.user_id]
        if not sold:
            raise Problem(ProblemCode.NOT_FOUND, NOT_BOUGHT_HERE.of())
        amounts, refused = dict[TicketId, int](), list[Problem]()
        for ticket_id in sold:
            try:
                amounts[ticket_id] = (await self._refunds.quote(WantedRefund(ticket_id, ""), now)).amount_fen
            except Problem as problem:
                refused.append(problem)
        if not amounts:
            raise refused[0]
        return ReturnQuote(tuple(amounts), sum(amounts.values()))

    async def request(self, agent: SellingAgent, wanted: WantedReturn, once: IdempotencyKey, now: Instant) -> tuple[Refund, ...]:
        """Refund what may be refunded now; Problem where that is nothing, or another amount than was expected."""
        tickets = await self._chosen(agent, wanted, once, now)
        found, refused = list[Refund](), list[Problem]()
        for ticket_id in tickets:
            of_ticket = replace(once, scope=f"{once.scope}/{id_text(ticket_id)}")
            try:
                asked = WantedRefund(ticket_id, wanted.reason)
                found.append(await self._refunds.request(asked, of_ticket, agent.user_id, now))
            except Problem as problem:
                # A ticket may have been used since it was chosen: the others are given back all the same.
                refused.append(problem)
        if not found:
            raise refused[0]
        return tuple(found)

    async def _chosen(self, agent: SellingAgent, wanted: WantedReturn, once: IdempotencyKey, now: Instant) -> Sequence[TicketId]:
        """Return the tickets of this request, which are stored with its key before the first of them is refunded."""
        quoted = await self._quoted(agent, wanted, now)
        async with self._store.transaction() as work:
            earlier = await first_use(work, once.scope, once.key, once.fingerprint, now)
            if earlier is not None:
                once.require_same(earlier.fingerprint)
                return [id_from_text(one) for one in earlier.outcome.split()]
            if isinstance(quoted, Problem):
                raise quoted
            await remember(work, once.scope, once.key, " ".join(id_text(one) for one in quoted.tickets))
        return quoted.tickets

    async def _quoted(self, agent: SellingAgent, wanted: WantedReturn, now: Instant) -> ReturnQuote | Problem:
        """Return the quote that was expected, or why there is none: then the request may still be one that was made before."""
        try:
            quoted = await self.quote(agent, wanted.proof, now)
        except Problem as problem:
            return problem
        if quoted.amount_fen == wanted.expected_amount_fen:
            return quoted
        said = RETURN_PAYS_OTHERWISE.of(amount_fen=quoted.amount_fen, expected_fen=wanted.expected_amount_fen)
        return Problem(ProblemCode.TOTAL_CHANGED, said)
