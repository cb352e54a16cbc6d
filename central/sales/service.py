"""Selling: a quote, a sale that is paid at once, and an order that waits for its money.

Laws: order, payment, tickets, ledger and outbox are one transaction (law 7); the price is the catalogue's, and a caller who
expected another total is told, not charged; the same Idempotency-Key sells once; an order that nobody paid in time is cancelled,
but never while one of its payments may still arrive.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlmodel import col, select

from central.audit import service as audit
from central.catalog import service as catalog
from central.catalog.sale_settings import Seller, require_allowed
from central.catalog.service import Catalog
from central.issuing.records import Ticket, subject
from central.issuing.service import Issuing, NewTicket, tickets_of_order
from central.payments.documents import AtOnce, has_live, record_at_once
from central.payments.ports import Fulfilment, PayableOrder
from central.sales import holders, orders, quotas
from central.sales.holders import Hashed, KeptHolder, SiteKeys
from central.sales.orders import Order
from central.sales.policy import (
    OrderState,
    PricedLine,
    PromisedLine,
    WantedLine,
    priced,
    promised,
    require_order_limits,
    total_fen,
)
from central.sales.quota_policy import Take, takes_of
from central.store.idempotency import first_use, remember
from central.store.sealed import FieldSeal
from central.store.tables.money import OrderLineRow, OrderRow
from central.store.unit_of_work import Store, Work
from central.web.idempotency import IdempotencyKey
from central.web.problems import Problem, ProblemCode
from protocol.holders import Document
from protocol.identifiers import SiteId, TicketId
from protocol.instants import MS_PER_SECOND, Instant, to_datetime

MOST_TICKETS = 500
WINDOW_CHANNEL = "window"
MOST_READ_AT_ONCE = 100
# A payment that begins in the last second still has its time; see `payments.policy`.
HOLD_S = 15 * 60


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants to buy at a site, and through which channel; `buyer_phone` where a limit goes by it.

    `seller` is who sells, bound by the sale settings; None: the house itself.
    """

    site_id: SiteId
    lines: tuple[WantedLine, ...]
    channel: str = WINDOW_CHANNEL
    buyer_phone: str | None = None
    seller: Seller | None = None


@dataclass(frozen=True, slots=True)
class Quote:
    """What it costs now."""

    lines: tuple[PricedLine, ...]
    total_fen: int


@dataclass(frozen=True, slots=True)
class _Deal:
    lines: tuple[PromisedLine, ...]
    takes: tuple[Take, ...]


Making = Callable[[Work], Awaitable[tuple[Order, tuple[Take, ...]]]]


class Sales:
    """Sells. Answers the port `payments.ports.Orders`."""

    def __init__(self, store: Store, shop: Catalog, issuing: Issuing, seal: FieldSeal) -> None:
        """Take the store, the catalogue, who makes tickets, and the seal for holders."""
        self._store = store
        self._catalog = shop
        self._issuing = issuing
        self._seal = seal

    async def quote(self, wanted: Wanted, now: Instant) -> Quote:
        """Return what it costs now; Problem where it may not be sold."""
        async with self._store.reading() as work:
            lines = await _priced(work, wanted, now)
            zone = await _zone(work, wanted.site_id)
            await quotas.look(work, takes_of(lines, promised(lines, zone), wanted.buyer_phone, self._seal.digest))
        return Quote(lines, total_fen(lines))

    async def sell(self, wanted: Wanted, expected_fen: int, paid: AtOnce, once: IdempotencyKey, now: Instant) -> Order:
        """Sell for money that is there: the order paid by a method that is final at once, its tickets made.

        Problem where it may not be sold, or costs something else than was expected.
        """
        hashed = await self._hashed(wanted, now)

        async def made(work: Work) -> tuple[Order, tuple[Take, ...]]:
            deal = await self._deal(work, wanted, expected_fen, now)
            row = OrderRow(
                site_id=wanted.site_id,
                seller_id=paid.by,
                channel=wanted.channel,
                state=OrderState.PAID,
                total_fen=expected_fen,
                created_at=now,
                paid_at=now,
            )
            order_id = await orders.add(work, row, deal.lines)
            await record_at_once(work, paid, _payable(row), now)
            tickets = await self._issue(work, row, deal.lines, hashed, now)
            audit.record(work, now, paid.by, "order.sell", f"order:{order_id}", total_fen=expected_fen, method=paid.method)
            return orders.order_of(row, tickets), deal.takes

        return await self._once(made, once, now)

    async def hold(self, wanted: Wanted, expected_fen: int, once: IdempotencyKey, seller_id: int, now: Instant) -> Order:
        """Make an order that waits for its money; Problem as for a sale, and where there is nothing to pay."""
        if expected_fen == 0:
            raise Problem(ProblemCode.INPUT_INVALID, "an order that costs nothing waits for nothing; sell it at once")

        async def made(work: Work) -> tuple[Order, tuple[Take, ...]]:
            deal = await self._deal(work, wanted, expected_fen, now)
            row = OrderRow(
                site_id=wanted.site_id,
                seller_id=seller_id,
                channel=wanted.channel,
                state=OrderState.OPEN,
                total_fen=expected_fen,
                created_at=now,
                expires_at=Instant(now + HOLD_S * MS_PER_SECOND),
            )
            order_id = await orders.add(work, row, deal.lines)
            for line in deal.lines:
                holders.hold(work, self._seal, order_id, line.line, line.holders)
            audit.record(work, now, seller_id, "order.hold", f"order:{order_id}", total_fen=expected_fen)
            return orders.order_of(row, ()), deal.takes

        return await self._once(made, once, now)

    async def cancel(self, order_id: int, by: int, now: Instant) -> Order:
        """Cancel an order that waits; money that still arrives for it is returned. Problem where it is paid."""
        async with self._store.transaction() as work:
            row = await orders.locked(work, order_id)
            if row.state == OrderState.PAID:
                raise Problem(ProblemCode.ORDER_STATE, "the order is paid; refund its tickets instead")
            if row.state == OrderState.OPEN:
                await self._cancel(work, row, by, now)
        return orders.order_of(row, ())

    async def expire(self, now: Instant) -> int:
        """Cancel the orders whose time is over and none of whose payments may still arrive; return how many. A job."""
        async with self._store.reading() as work:
            over = (col(OrderRow.expires_at) <= now, OrderRow.state == OrderState.OPEN)
            query = select(OrderRow.id).where(*over).order_by(col(OrderRow.expires_at)).limit(MOST_READ_AT_ONCE)
            found = [order_id for order_id in (await work.session.exec(query)).all() if order_id is not None]
        return sum([await self._expire(order_id, now) for order_id in found])

    async def order(self, order_id: int) -> Order:
        """Return an order; Problem where there is none."""
        async with self._store.reading() as work:
            return await _order(work, order_id)

    async def locked(self, work: Work, order_id: int) -> PayableOrder:
        """Answer the port `payments.ports.Orders`."""
        return _payable(await orders.locked(work, order_id))

    async def fulfilment(self, order_id: int) -> Fulfilment:
        """Answer the port `payments.ports.Orders`: holders are hashed now, because a transaction must not wait for it."""
        async with self._store.reading() as work:
            lines = await orders.lines_of(work, order_id, await holders.held(work, self._seal, order_id))
            site_keys = await self._site_keys(work, lines)
        hashed = await holders.hashed(_documents(lines), site_keys)

        async def fulfil(work: Work, now: Instant) -> None:
            row = await orders.locked(work, order_id)
            assert row.state == OrderState.OPEN, "only an order that waits becomes paid"
            row.state, row.paid_at = OrderState.PAID, now
            work.session.add(row)
            tickets = await self._issue(work, row, lines, hashed, now)
            await holders.let_go(work, order_id)
            if any(line.holders for line in lines):
                await quotas.name_tickets(work, order_id, tickets)

        return fulfil

    async def holders_of(self, ticket_id: TicketId, by: int, now: Instant) -> tuple[KeptHolder, ...]:
        """Return a ticket's holders in full, which is audited."""
        async with self._store.transaction() as work:
            audit.record(work, now, by, "holder.read", subject(ticket_id))
            return await holders.read(work, self._seal, ticket_id)

    async def masked_holders(self, ticket_id: TicketId) -> tuple[KeptHolder, ...]:
        """Return a ticket's holders, masked."""
        async with self._store.reading() as work:
            return tuple(holders.masked(holder) for holder in await holders.read(work, self._seal, ticket_id))

    async def _once(self, made: Making, once: IdempotencyKey, now: Instant) -> Order:
        """Make an order in a transaction of its own, or find the one that the same request made before."""
        async with self._store.transaction() as work:
            earlier = await first_use(work, once.scope, once.key, once.fingerprint, now)
            if earlier is not None:
                once.require_same(earlier.fingerprint)
                return await _order(work, int(earlier.reference))
            order, takes = await made(work)
            await remember(work, once.scope, once.key, str(order.order_id))
            await quotas.take(work, order.order_id, takes, order.tickets)
        return order

    async def _expire(self, order_id: int, now: Instant) -> bool:
        async with self._store.transaction() as work:
            row = await orders.locked(work, order_id)
            if row.state != OrderState.OPEN or await has_live(work, order_id):
                return False
            await self._cancel(work, row, audit.SYSTEM, now)
            return True

    async def _cancel(self, work: Work, row: OrderRow, by: int | None, now: Instant) -> None:
        assert row.id is not None, "a stored order has its number"
        row.state = OrderState.CANCELLED
        work.session.add(row)
        await holders.let_go(work, row.id)
        audit.record(work, now, by, "order.cancel", f"order:{row.id}")
        await quotas.give_back_order(work, row.id)

    async def _deal(self, work: Work, wanted: Wanted, expected_fen: int, now: Instant) -> _Deal:
        """Return what is promised and taken; what is sold out is refused before anything is written."""
        lines = await _priced(work, wanted, now)
        if total_fen(lines) != expected_fen:
            raise Problem(ProblemCode.TOTAL_CHANGED, f"it costs {total_fen(lines)} fen now, not {expected_fen}; ask the buyer")
        promises = promised(lines, await _zone(work, wanted.site_id))
        takes = takes_of(lines, promises, wanted.buyer_phone, self._seal.digest)
        await quotas.look(work, takes)
        return _Deal(promises, takes)

    async def _hashed(self, wanted: Wanted, now: Instant) -> Hashed:
        """Hash before the transaction: a transaction must not wait for a slow hash."""
        documents = [holder.document for line in wanted.lines for holder in line.holders]
        if not documents:
            return Hashed({}, {})
        async with self._store.reading() as work:
            lines = promised(await _priced(work, wanted, now), await _zone(work, wanted.site_id))
            site_keys = await self._site_keys(work, lines)
        return await holders.hashed(documents, site_keys)

    async def _site_keys(self, work: Work, lines: tuple[PromisedLine, ...]) -> SiteKeys:
        return {site: (await self._catalog.holder_keys(work, site)).secrets for site in _sites_with_holders(lines)}

    async def _hashed_in_force(self, work: Work, lines: tuple[PromisedLine, ...], hashed: Hashed) -> Hashed:
        """Return the hashes by the keys in force, which stay so until the tickets are stored; seldom are they others by now."""
        held = {site: (await self._catalog.holder_keys_held(work, site)).secrets for site in _sites_with_holders(lines)}
        return hashed if held == hashed.site_keys else await holders.hashed(_documents(lines), held)

    async def _issue(
        self, work: Work, row: OrderRow, lines: tuple[PromisedLine, ...], hashed: Hashed, now: Instant
    ) -> tuple[Ticket, ...]:
        assert row.id is not None, "a stored order has its number"
        hashed = await self._hashed_in_force(work, lines, hashed)
        pairs = [(line, number) for line in lines for number in range(line.quantity)]
        wanted = [_new_ticket(line, number, hashed) for line, number in pairs]
        tickets = await self._issuing.issue(work, row.site_id, row.id, wanted, now)
        for ticket, (line, number) in zip(tickets, pairs, strict=True):
            holders.keep(work, self._seal, ticket.ticket_id, line.holders_of(number))
        return tickets


def _sites_with_holders(lines: tuple[PromisedLine, ...]) -> list[SiteId]:
    """Return in one order for all, because each site's row stays locked to the end."""
    return sorted(frozenset[SiteId]().union(*(line.ticket_type.parameters.sites for line in lines if line.holders)))


def _documents(lines: tuple[PromisedLine, ...]) -> list[Document]:
    return [holder.document for line in lines for holder in line.holders]


def _new_ticket(line: PromisedLine, number: int, hashed: Hashed) -> NewTicket:
    return NewTicket(
        ticket_type=line.ticket_type,
        line=line.line,
        persons=line.persons,
        window=line.window,
        holder_keys=tuple(key for holder in line.holders_of(number) for key in hashed.hashes[holder.document]),
    )


async def _zone(work: Work, site_id: SiteId) -> ZoneInfo:
    return ZoneInfo((await catalog.site(work, site_id)).parameters.zone)


async def _priced(work: Work, wanted: Wanted, now: Instant) -> tuple[PricedLine, ...]:
    site = await catalog.site(work, wanted.site_id)
    at = to_datetime(now, ZoneInfo(site.parameters.zone)).replace(tzinfo=None)
    if sum(line.quantity for line in wanted.lines) > MOST_TICKETS:
        raise Problem(ProblemCode.INPUT_INVALID, f"an order has at most {MOST_TICKETS} tickets")
    if wanted.seller is not None:
        await require_allowed(work, wanted.seller, wanted.channel, [line.type_id for line in wanted.lines])
    types = await catalog.ticket_types(work, {line.type_id for line in wanted.lines})
    lines = tuple(priced(line, place, types.get(line.type_id), wanted.site_id, at) for place, line in enumerate(wanted.lines))
    require_order_limits(lines)
    return lines


async def _order(work: Work, order_id: int) -> Order:
    row = await work.session.get(OrderRow, order_id)
    if row is None:
        raise orders.not_there(order_id)
    return orders.order_of(row, await tickets_of_order(work, order_id))


def _payable(row: OrderRow) -> PayableOrder:
    assert row.id is not None, "a stored order has its number"
    return PayableOrder(row.id, row.site_id, row.total_fen, row.state == OrderState.OPEN, row.expires_at)


async def paid_price_fen(work: Work, order_id: int, line: int) -> int:
    """Return what was paid for one ticket of an order's line."""
    row = await work.session.get_one(OrderLineRow, (order_id, line))
    return row.price_fen * row.persons
