"""Selling: a quote, a sale that is paid at once, and an order that waits for its money.

Laws: order, payment, tickets, ledger and outbox are one transaction (law 7); the price is the catalogue's, and a caller who
expected another total gets a Problem and is not charged; the same Idempotency-Key sells once; an order that is not paid in time
is cancelled, but never while the money of one of its payments may still arrive.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from sqlmodel import col, select

from central.audit import service as audit
from central.audit.rules.changes import changes_between
from central.catalog.sale_settings import Seller, require_allowed
from central.catalog.service import Catalog
from central.catalog.shop import Shop, Shops
from central.catalog.shop import read as read_shop
from central.domain.idempotency import IdempotencyKey
from central.domain.problems import Problem, ProblemCode
from central.issuing.service import Issuing
from central.issuing.tickets import Ticket, subject
from central.payments.documents import AtOnce, has_live, record_at_once
from central.payments.ports import Fulfilment, PayableOrder
from central.promoters.rules.attribution import Promotion
from central.promoters.service import attributed
from central.sales import buyers, holders, order_numbers, orders, quotas
from central.sales.buyers import SAID_NOTHING, Buyer
from central.sales.holders import Hashed, KeptHolder, SiteKeys
from central.sales.messages import NOTHING_TO_WAIT_FOR, ORDER_COSTS_OTHERWISE, ORDER_IS_PAID, ORDER_TOO_LARGE
from central.sales.order_lines import line_of
from central.sales.orders import Order
from central.sales.rules.pricing import (
    AgreedPrice,
    OrderState,
    PricedLine,
    PromisedLine,
    WantedLine,
    at_agreed,
    priced,
    promised,
    require_eligible,
    require_order_limits,
    require_room,
    total_fen,
)
from central.sales.rules.quotas import SiteDay, Take, places_left, site_takes, takes_of
from central.sales.sold_out import SoldOut
from central.store import settings_version
from central.store.idempotency import Earlier
from central.store.sealed import FieldSeal
from central.store.tables.money import OrderRow
from central.store.unit_of_work import Store, Work
from protocol.identifiers import SiteId, TicketId
from protocol.instants import MS_PER_SECOND, Instant, to_datetime

MOST_TICKETS = 500
WINDOW_CHANNEL = "window"
MOST_READ_AT_ONCE = 100
# A payment that begins in the last second still has its time; see `payments.rules.payment_states`.
HOLD_S = 15 * 60


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a buyer wants at a site, and through which channel; the buyer's phone where a limit goes by it.

    `seller` is the user who sells, bound by the sale settings; None: the system itself. `promoter_code` is the code of the
    promoter that gets the credit. `agency_id` is the travel agency that buys, at the `agreed` prices. `instead_of` is the order
    whose ticket was handed in: the same promoter gets the credit. `expires_at` is until when an order waits for its money, where
    that is agreed.
    """

    site_id: SiteId
    lines: tuple[WantedLine, ...]
    channel: str = WINDOW_CHANNEL
    buyer: Buyer = SAID_NOTHING
    seller: Seller | None = None
    promoter_code: str | None = None
    instead_of: int | None = None
    agency_id: int | None = None
    agreed: tuple[AgreedPrice, ...] = ()
    expires_at: Instant | None = None


@dataclass(frozen=True, slots=True)
class Quote:
    """What it costs now. `places_left` says line by line how many places its day or slot has; None where not limited."""

    lines: tuple[PricedLine, ...]
    total_fen: int
    places_left: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class _Issue:
    """Tickets to make: of these lines, under these ids, with the hashes by which gates find their holders."""

    lines: tuple[PromisedLine, ...]
    ids: list[TicketId]
    hashed: Hashed


@dataclass(frozen=True, slots=True)
class _Deal:
    """What the order of that number promises and takes, the number of its payment, and its tickets' ids.

    `due` is the promoter that gets the credit, and what became of the code on the order.
    """

    order_id: int
    payment_id: int
    lines: tuple[PromisedLine, ...]
    takes: tuple[Take, ...]
    ids: list[TicketId]
    due: tuple[int | None, Promotion | None]


@dataclass(frozen=True, slots=True)
class Taking:
    """The seller, and what takes an order's money by the payment of that number, in the transaction that makes its tickets."""

    by: int
    take: Callable[[Work, PayableOrder, int], Awaitable[None]]


# What is written with an order of that number.
Also = Callable[[Work, int], None]
Making = Callable[[Work, _Deal], Awaitable[Order]]


class Sales:
    """Sells. Answers the port `payments.ports.Orders`."""

    def __init__(self, store: Store, shop: Catalog, issuing: Issuing, seal: FieldSeal) -> None:
        """Take the store, the catalogue, the service that makes tickets, and the seal for holders."""
        self._store = store
        self._catalog = shop
        self._issuing = issuing
        self._seal = seal
        self._shops = Shops(read_shop)
        self._sold_out = SoldOut(store)

    async def quote(self, wanted: Wanted, now: Instant) -> Quote:
        """Return what it costs now; Problem where it may not be sold."""
        async with self._store.reading() as work:
            lines, _, takes = self._reckoned(await self._shop(work, wanted), wanted, now)
            taken = await quotas.look(work, takes)
        left = (places_left((take for take in takes if take.line == place), taken) for place in range(len(lines)))
        return Quote(lines, total_fen(lines), tuple(left))

    async def sell(self, wanted: Wanted, expected_fen: int, paid: AtOnce, once: IdempotencyKey, now: Instant) -> Order:
        """Sell for money that is there already: the order is paid by a method that is final at once, and its tickets are made.

        Problem where it may not be sold, or costs something else than was expected.
        """

        async def take(work: Work, order: PayableOrder, payment_id: int) -> None:
            await record_at_once(work, paid, order, payment_id, now)
            method = paid.method if order.total_fen else "none"
            audit.record(work, now, paid.by, "order.sell", f"order:{order.order_id}", total_fen=order.total_fen, method=method)

        return await self.sell_by(wanted, expected_fen, Taking(paid.by, take), once, now)

    async def sell_by(self, wanted: Wanted, expected_fen: int, taking: Taking, once: IdempotencyKey, now: Instant) -> Order:
        """Sell as `sell` does; `taking` takes the money."""
        hashed = await self._hashed(wanted, now)

        async def made(work: Work, deal: _Deal) -> Order:
            order = _order_of(wanted, deal, taking.by, expected_fen, now)
            order = replace(order, state=OrderState.PAID, paid_at=now)
            orders.add(work, order, deal.lines)
            await taking.take(work, orders.payable(order), deal.payment_id)
            tickets = await self._issue(work, orders.payable(order), _Issue(deal.lines, deal.ids, hashed), now)
            return replace(order, tickets=tickets)

        return await self._once(wanted, expected_fen, made, once, now)

    async def hold(
        self, wanted: Wanted, expected_fen: int, once: IdempotencyKey, seller_id: int, now: Instant, also: Also | None = None
    ) -> Order:
        """Make an order that waits for its money; Problem as for a sale, and where there is nothing to pay."""
        if expected_fen == 0:
            raise Problem(ProblemCode.INPUT_INVALID, NOTHING_TO_WAIT_FOR.of())

        async def made(work: Work, deal: _Deal) -> Order:
            order = _order_of(wanted, deal, seller_id, expected_fen, now)
            order = replace(order, expires_at=wanted.expires_at or Instant(now + HOLD_S * MS_PER_SECOND))
            orders.add(work, order, deal.lines)
            for line in deal.lines:
                holders.hold(work, self._seal, order.order_id, line.line, line.holders)
            if also is not None:
                also(work, order.order_id)
            audit.record(work, now, seller_id, "order.hold", f"order:{order.order_id}", total_fen=expected_fen)
            return order

        return await self._once(wanted, expected_fen, made, once, now)

    async def cancel(self, order_id: int, by: int, now: Instant) -> Order:
        """Cancel an order that waits; money that still arrives for it is returned. Problem where it is paid."""
        async with self._store.transaction() as work:
            row = await orders.locked(work, order_id)
            if row.state == OrderState.PAID:
                raise Problem(ProblemCode.ORDER_STATE, ORDER_IS_PAID.of())
            if row.state == OrderState.OPEN:
                await self._cancel(work, row, by, now)
        return await self.order(order_id)

    async def expire(self, now: Instant) -> int:
        """Cancel the orders whose time is over and whose payments can no longer bring money; return how many. A job."""
        async with self._store.reading() as work:
            over = (col(OrderRow.expires_at) <= now, OrderRow.state == OrderState.OPEN)
            query = select(OrderRow.id).where(*over).order_by(col(OrderRow.expires_at)).limit(MOST_READ_AT_ONCE)
            found = [order_id for order_id in (await work.session.exec(query)).all() if order_id is not None]
        return sum([await self._expire(order_id, now) for order_id in found])

    async def order(self, order_id: int) -> Order:
        """Return an order; Problem where there is none."""
        async with self._store.reading() as work:
            return await orders.whole(work, order_id)

    async def locked(self, work: Work, order_id: int) -> PayableOrder:
        """Answer the port `payments.ports.Orders`."""
        return orders.payable(orders.order_of(await orders.locked(work, order_id)))

    async def fulfilment(self, order_id: int) -> Fulfilment:
        """Answer the port `payments.ports.Orders`: holders are hashed now, because a transaction must not wait for it."""
        async with self._store.reading() as work:
            lines = await orders.lines_of(work, order_id, await holders.held(work, self._seal, order_id))
            site_keys = await self._site_keys(work, lines)
        hashed = await holders.hashed(holders.documents_of(lines), site_keys)

        async def fulfil(work: Work, now: Instant) -> None:
            row = await orders.locked(work, order_id)
            assert row.state == OrderState.OPEN, "only an order that waits becomes paid"
            orders.note_end(work, row, OrderState.PAID, now)
            ids = await self._issuing.free_ids(work, sum(line.quantity for line in lines))
            tickets = await self._issue(work, orders.payable(orders.order_of(row)), _Issue(lines, ids, hashed), now)
            await holders.let_go(work, order_id)
            if any(line.holders for line in lines):
                await quotas.name_tickets(work, order_id, tickets)

        return fulfil

    async def holders_of(self, ticket_id: TicketId, by: int, now: Instant) -> tuple[KeptHolder, ...]:
        """Return a ticket's holders in full, which is audited; Problem where there is no such ticket."""
        await self._issuing.ticket(ticket_id)
        async with self._store.transaction() as work:
            audit.record(work, now, by, "holder.read", subject(ticket_id))
            return await holders.read(work, self._seal, ticket_id)

    async def masked_holders(self, ticket_id: TicketId) -> tuple[KeptHolder, ...]:
        """Return a ticket's holders, masked; Problem where there is no such ticket."""
        await self._issuing.ticket(ticket_id)
        async with self._store.reading() as work:
            return tuple(holders.masked(holder) for holder in await holders.read(work, self._seal, ticket_id))

    async def _once(self, wanted: Wanted, expected_fen: int, making: Making, once: IdempotencyKey, now: Instant) -> Order:
        """Make an order in a transaction of its own, or find the one that the same request made before."""
        quantity = sum(line.quantity for line in wanted.lines)
        if quantity > MOST_TICKETS:
            raise Problem(ProblemCode.INPUT_INVALID, ORDER_TOO_LARGE.of(most=MOST_TICKETS))
        await self._look_again(wanted, once, now)
        ids = self._issuing.draw_ids(quantity)
        async with self._store.transaction() as work:
            opened = await order_numbers.claim(work, once, ids, now)
            if isinstance(opened, Earlier):
                once.require_same(opened.fingerprint)
                return await orders.whole(work, int(opened.outcome))
            shop = await self._shops.at(work, wanted.site_id, opened.tables_version)
            lines, takes = await self._promised(work, shop, wanted, expected_fen, now)
            if not opened.ids_are_free:
                ids = await self._issuing.free_ids(work, quantity)
            due = await _due(work, wanted)
            order = await making(work, _Deal(opened.order_id, opened.payment_id, lines, takes, ids, due))
            await buyers.keep(work, self._seal, order.order_id, wanted.buyer, wanted.instead_of)
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
        changes = changes_between({"state": row.state}, {"state": OrderState.CANCELLED})
        orders.note_end(work, row, OrderState.CANCELLED, now)
        await holders.let_go(work, row.id)
        audit.record(work, now, by, "order.cancel", f"order:{row.id}", changes=changes)
        await quotas.give_back_order(work, row.id)

    async def _look_again(self, wanted: Wanted, once: IdempotencyKey, now: Instant) -> None:
        """Refuse at once what was sold out a moment ago and still is."""
        held = self._shops.held(wanted.site_id)
        if held is None or not self._sold_out.may_concern(line.type_id for line in wanted.lines):
            return
        try:
            takes = self._reckoned(held[1], wanted, now)[2]
        except Problem:
            return  # the transaction reads the catalogue and says whether it may be sold
        await self._sold_out.look(takes, held[0], once)

    async def _promised(
        self, work: Work, shop: Shop, wanted: Wanted, expected_fen: int, now: Instant
    ) -> tuple[tuple[PromisedLine, ...], tuple[Take, ...]]:
        """Return what the order promises and takes; what is sold out is refused before anything is made."""
        lines, promises, takes = self._reckoned(shop, wanted, now)
        require_eligible(lines)
        if (costs_fen := total_fen(lines)) != expected_fen:
            said = ORDER_COSTS_OTHERWISE.of(costs_fen=costs_fen, expected_fen=expected_fen)
            raise Problem(ProblemCode.TOTAL_CHANGED, said)
        try:
            await quotas.look(work, takes)
        except Problem:
            self._sold_out.note(takes)
            raise
        return promises, takes

    def _reckoned(
        self, shop: Shop, wanted: Wanted, now: Instant
    ) -> tuple[tuple[PricedLine, ...], tuple[PromisedLine, ...], tuple[Take, ...]]:
        lines = _priced(shop, wanted, now)
        promises = promised(lines, shop.zone)
        of_types = takes_of(lines, promises, wanted.buyer.phone, self._seal.digest)
        return lines, promises, (*of_types, *site_takes(lines, SiteDay(wanted.site_id, shop.daily_capacity)))

    async def _shop(self, work: Work, wanted: Wanted) -> Shop:
        version = await settings_version.version(await work.connection())
        return await self._shops.at(work, wanted.site_id, version)

    async def _hashed(self, wanted: Wanted, now: Instant) -> Hashed:
        """Hash before the transaction: a transaction must not wait for a slow hash."""
        documents = [holder.document for line in wanted.lines for holder in line.holders]
        if not documents:
            return Hashed({}, {})
        async with self._store.reading() as work:
            shop = await self._shop(work, wanted)
            site_keys = await self._site_keys(work, promised(_priced(shop, wanted, now), shop.zone))
        return await holders.hashed(documents, site_keys)

    async def _site_keys(self, work: Work, lines: tuple[PromisedLine, ...]) -> SiteKeys:
        return {site: (await self._catalog.holder_keys(work, site)).secrets for site in holders.sites_of(lines)}

    async def _hashed_in_force(self, work: Work, lines: tuple[PromisedLine, ...], hashed: Hashed) -> Hashed:
        """Return the hashes by the keys in force, which stay in force until the tickets are stored; they seldom differ here."""
        held = {site: (await self._catalog.holder_keys_held(work, site)).secrets for site in holders.sites_of(lines)}
        return hashed if held == hashed.site_keys else await holders.hashed(holders.documents_of(lines), held)

    async def _issue(self, work: Work, order: PayableOrder, wanted: _Issue, now: Instant) -> tuple[Ticket, ...]:
        hashed = await self._hashed_in_force(work, wanted.lines, wanted.hashed)
        pairs = [(line, number) for line in wanted.lines for number in range(line.quantity)]
        new = [orders.new_ticket(ticket_id, *pair, hashed) for ticket_id, pair in zip(wanted.ids, pairs, strict=True)]
        tickets = self._issuing.issue(work, order.site_id, order.order_id, new, now)
        for ticket, (line, number) in zip(tickets, pairs, strict=True):
            holders.keep(work, self._seal, ticket.ticket_id, line.holders_of(number))
        return tickets


def _priced(shop: Shop, wanted: Wanted, now: Instant) -> tuple[PricedLine, ...]:
    at = to_datetime(now, shop.zone).replace(tzinfo=None)
    if wanted.seller is not None:
        require_allowed(shop.settings, wanted.seller, wanted.channel, [line.type_id for line in wanted.lines])
    of_lines = enumerate(wanted.lines)
    plain = (priced(line, place, shop.types.get(line.type_id), wanted.site_id, at) for place, line in of_lines)
    lines = tuple(at_agreed(line, wanted.agreed) for line in plain)
    require_order_limits(lines)
    require_room(lines, shop.full_day)
    return lines


def _order_of(wanted: Wanted, deal: _Deal, seller_id: int, total_fen: int, now: Instant) -> Order:
    """Return the order of a deal, for the time while it waits for its money."""
    return Order(
        order_id=deal.order_id,
        site_id=wanted.site_id,
        seller_id=seller_id,
        channel=wanted.channel,
        state=OrderState.OPEN,
        total_fen=total_fen,
        created_at=now,
        expires_at=None,
        paid_at=None,
        agency_id=wanted.agency_id,
        promoter_id=deal.due[0],
        promotion=deal.due[1],
        lines=tuple(line_of(line) for line in deal.lines),
        tickets=(),
        buyer=wanted.buyer.masked(),
    )


async def _due(work: Work, wanted: Wanted) -> tuple[int | None, Promotion | None]:
    if wanted.instead_of is None:
        return await attributed(work, wanted.promoter_code)
    before = await orders.whole(work, wanted.instead_of)
    return before.promoter_id, before.promotion
