"""Several tickets of an order, quoted and refunded together.

Laws: one transaction makes all of them void, or none; each has a refund of its own, with its own fence, its own money and its own
end; the sum that was quoted is the sum that is asked for.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import func, select

from central.domain.idempotency import IdempotencyKey
from central.domain.messages import NO_ORDER
from central.domain.problems import Problem, ProblemCode, wrong_field
from central.issuing.messages import NO_TICKET_OF_ID
from central.issuing.service import ticket_locked, tickets_of_order
from central.issuing.tickets import Ticket, id_text
from central.payments.methods import Method
from central.payments.refund_split import ways_back
from central.refunds.messages import MANY_TICKETS
from central.refunds.rules.amounts import Reckoned, WantedRefund
from central.refunds.rules.several import MOST_AT_ONCE, Quoted, Sums, require_as_quoted, sums_of
from central.refunds.service import Reckoning, Refund, Refunds, RefundState
from central.store.idempotency import first_use, remember
from central.store.tables.money import OrderRow, RefundRow
from central.store.unit_of_work import Store, Work
from protocol.identifiers import TicketId
from protocol.instants import Instant


@dataclass(frozen=True, slots=True)
class WayBack:
    """How much of the money goes back by a method."""

    method: Method
    amount_fen: int


@dataclass(frozen=True, slots=True)
class OrderQuote:
    """What tickets of an order give back now, one by one and in all, and by which methods."""

    tickets: tuple[Quoted, ...]
    sums: Sums
    ways: tuple[WayBack, ...]


@dataclass(frozen=True, slots=True)
class WantedRefunds:
    """Tickets of an order to refund together, and what was quoted for all of them."""

    order_id: int
    tickets: tuple[WantedRefund, ...]
    expected_fen: int


class SeveralRefunds:
    """Refunds several tickets of an order at once."""

    def __init__(self, store: Store, refunds: Refunds) -> None:
        """Take the store, and the service that refunds one ticket."""
        self._store = store
        self._refunds = refunds

    async def quote(self, order_id: int, tickets: tuple[WantedRefund, ...] | None, now: Instant) -> OrderQuote:
        """Return what these tickets would give back now, or all of the order (None). Nothing is stored.

        Problem where there is no such order, or a ticket is not of it.
        """
        async with self._store.reading() as work:
            of_order = await _of_order(work, order_id)
            if tickets is None:
                tickets = _all(of_order)
            _require_of_order(of_order, tickets)
            quoted = tuple([await self._quoted(work, one, of_order[one.ticket_id], now) for one in tickets])
            sums = sums_of(quoted)
            ways = await ways_back(work, order_id, sums.amount_fen, await _waiting_fen(work, order_id))
        return OrderQuote(quoted, sums, tuple(WayBack(method, amount_fen) for method, amount_fen in ways.items()))

    async def request(self, wanted: WantedRefunds, once: IdempotencyKey, by: int, now: Instant) -> tuple[Refund, ...]:
        """Make the tickets void, all or none, and begin to wait; each is paid behind its own fence, as a refund of one ticket.

        Problem where one of them is refused, or the sum is not what was expected.
        """
        async with self._store.transaction() as work:
            earlier = await first_use(work, once.scope, once.key, once.fingerprint, now)
            if earlier is None:
                numbers = await self._revoke(work, wanted, by, now)
                await remember(work, once.scope, once.key, " ".join(str(one) for one in numbers))
            else:
                once.require_same(earlier.fingerprint)
                numbers = [int(one) for one in earlier.outcome.split()]
        return tuple([await self._refunds.settle(one, now) for one in numbers])

    async def _revoke(self, work: Work, wanted: WantedRefunds, by: int, now: Instant) -> list[int]:
        _require_of_order(await _of_order(work, wanted.order_id), wanted.tickets)
        # In one order for all requests, because each ticket stays locked to the end.
        locked = {one: await ticket_locked(work, one) for one in sorted(one.ticket_id for one in wanted.tickets)}
        quoted = [await self._quoted(work, one, locked[one.ticket_id], now) for one in wanted.tickets]
        found = require_as_quoted(quoted, wanted.expected_fen)
        reckoned = [Reckoning(one, locked[one.ticket_id], back) for one, back in zip(wanted.tickets, found, strict=True)]
        return [await self._refunds.take_back(work, one, by, now) for one in reckoned]

    async def _quoted(self, work: Work, wanted: WantedRefund, ticket: Ticket, now: Instant) -> Quoted:
        found: Reckoned | Problem
        try:
            found = await self._refunds.reckon(work, wanted, ticket, now)
        except Problem as problem:
            found = problem
        return Quoted(id_text(ticket.ticket_id), found)


async def _of_order(work: Work, order_id: int) -> dict[TicketId, Ticket]:
    if await work.session.get(OrderRow, order_id) is None:
        raise Problem(ProblemCode.NOT_FOUND, NO_ORDER.of(order_id=order_id))
    return {one.ticket_id: one for one in await tickets_of_order(work, order_id)}


async def _waiting_fen(work: Work, order_id: int) -> int:
    """Return what goes back by refunds of an order that are not decided yet, if all of them are paid."""
    waiting = RefundRow.order_id == order_id, RefundRow.state == RefundState.WAITING
    return int((await work.session.exec(select(func.coalesce(func.sum(RefundRow.amount_fen), 0)).where(*waiting))).one())


def _all(of_order: dict[TicketId, Ticket]) -> tuple[WantedRefund, ...]:
    if len(of_order) > MOST_AT_ONCE:
        said = MANY_TICKETS.of(count=len(of_order), most=MOST_AT_ONCE)
        raise wrong_field(ProblemCode.INPUT_INVALID, "tickets", said)
    return tuple(WantedRefund(one, "") for one in of_order)


def _require_of_order(of_order: dict[TicketId, Ticket], tickets: Sequence[WantedRefund]) -> None:
    for place, one in enumerate(tickets):
        if one.ticket_id not in of_order:
            raise wrong_field(ProblemCode.NOT_FOUND, f"tickets.{place}.ticket_id", NO_TICKET_OF_ID.of())
