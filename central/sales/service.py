"""Selling at a window: a quote, and a sale in cash.

Laws: order, payment, tickets, ledger and outbox are one transaction (law 7); the price is the catalogue's, and a caller who
expected another total is told, not charged; the same Idempotency-Key sells once.
"""

from dataclasses import dataclass
from datetime import tzinfo
from zoneinfo import ZoneInfo

from sqlmodel import col, insert, select

from central.audit import service as audit
from central.catalog import policy as validity
from central.catalog import service as catalog
from central.catalog.service import Catalog
from central.issuing.records import Ticket, subject
from central.issuing.service import Issuing, NewTicket, tickets_of_order
from central.payments import ledger
from central.payments.ledger import Movement
from central.sales import holders
from central.sales.holders import HolderKeys, KeptHolder
from central.sales.policy import PricedLine, WantedLine, priced, total_fen
from central.store.idempotency import first_use, remember
from central.store.sealed import FieldSeal
from central.store.tables.money import OrderLineRow, OrderRow
from central.store.unit_of_work import Store, Work
from central.web.idempotency import IdempotencyKey
from central.web.problems import Problem, ProblemCode
from protocol.identifiers import SiteId, TicketId
from protocol.instants import Instant, local_day

MOST_TICKETS = 500


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants to buy at a site."""

    site_id: SiteId
    lines: tuple[WantedLine, ...]


@dataclass(frozen=True, slots=True)
class Quote:
    """What it costs now."""

    lines: tuple[PricedLine, ...]
    total_fen: int


@dataclass(frozen=True, slots=True)
class Order:
    """A paid order with its tickets."""

    order_id: int
    site_id: SiteId
    seller_id: int
    total_fen: int
    paid_at: Instant
    tickets: tuple[Ticket, ...]


class Sales:
    """Sells."""

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
        return Quote(lines, total_fen(lines))

    async def sell(self, wanted: Wanted, expected_fen: int, once: IdempotencyKey, seller_id: int, now: Instant) -> Order:
        """Sell for cash: the order paid, its tickets made, the money in the seller's drawer.

        Problem where it may not be sold, or costs something else than was expected.
        """
        hashes = await self._holder_keys(wanted, now)
        async with self._store.transaction() as work:
            earlier = await first_use(work, once.scope, once.key, once.fingerprint, now)
            if earlier is not None:
                once.require_same(earlier.fingerprint)
                return await _order(work, int(earlier.reference))
            lines = await _priced(work, wanted, now)
            if total_fen(lines) != expected_fen:
                raise Problem(
                    ProblemCode.TOTAL_CHANGED, f"it costs {total_fen(lines)} fen now, not {expected_fen}; ask the buyer"
                )
            order = await self._record(work, wanted, lines, seller_id, now)
            tickets = await self._issue(work, order, lines, hashes, now)
            await remember(work, once.scope, once.key, str(order.order_id))
        return Order(order.order_id, wanted.site_id, seller_id, order.total_fen, now, tickets)

    async def order(self, order_id: int) -> Order:
        """Return an order; Problem where there is none."""
        async with self._store.reading() as work:
            return await _order(work, order_id)

    async def orders(self, before: int | None, limit: int) -> tuple[Order, ...]:
        """Return the latest orders, or those before an order, newest first, without their tickets."""
        query = select(OrderRow).order_by(col(OrderRow.id).desc()).limit(limit)
        async with self._store.reading() as work:
            rows = (await work.session.exec(query if before is None else query.where(col(OrderRow.id) < before))).all()
        return tuple(_order_of(row, ()) for row in rows)

    async def holders_of(self, ticket_id: TicketId, by: int, now: Instant) -> tuple[KeptHolder, ...]:
        """Return a ticket's holders in full, which is audited."""
        async with self._store.transaction() as work:
            audit.record(work, now, by, "holder.read", subject(ticket_id))
            return await holders.read(work, self._seal, ticket_id)

    async def masked_holders(self, ticket_id: TicketId) -> tuple[KeptHolder, ...]:
        """Return a ticket's holders, masked."""
        async with self._store.reading() as work:
            return tuple(holders.masked(holder) for holder in await holders.read(work, self._seal, ticket_id))

    async def _holder_keys(self, wanted: Wanted, now: Instant) -> HolderKeys:
        """Hash before the transaction: a transaction must not wait for a slow hash."""
        documents = [holder.document for line in wanted.lines for holder in line.holders]
        if not documents:
            return {}
        async with self._store.reading() as work:
            lines = await _priced(work, wanted, now)
            sites = frozenset().union(*(line.ticket_type.parameters.sites for line in lines))
            site_keys = {site: await self._catalog.holder_key(work, site) for site in sites}
        return await holders.holder_keys(documents, site_keys)

    async def _record(self, work: Work, sale: Wanted, lines: tuple[PricedLine, ...], seller_id: int, now: Instant) -> Order:
        row = OrderRow(site_id=sale.site_id, seller_id=seller_id, total_fen=total_fen(lines), paid_at=now)
        work.session.add(row)
        await work.session.flush()
        assert row.id is not None, "a flushed row has its number"
        connection = await work.session.connection()
        await connection.execute(insert(OrderLineRow), [_line(row.id, place, line) for place, line in enumerate(lines)])
        movement = Movement(ledger.cash(seller_id), ledger.sales(sale.site_id), row.total_fen, row.id)
        ledger.post(work, movement, seller_id, now)
        audit.record(work, now, seller_id, "order.sell", f"order:{row.id}", total_fen=row.total_fen)
        return Order(row.id, sale.site_id, seller_id, row.total_fen, now, ())

    async def _issue(
        self, work: Work, order: Order, lines: tuple[PricedLine, ...], hashes: HolderKeys, now: Instant
    ) -> tuple[Ticket, ...]:
        zone = ZoneInfo((await catalog.site(work, order.site_id)).parameters.zone)
        pairs = [(place, line, number) for place, line in enumerate(lines) for number in range(line.wanted.quantity)]
        wanted = [_new_ticket(place, line, number, hashes, zone) for place, line, number in pairs]
        tickets = await self._issuing.issue(work, order.site_id, order.order_id, wanted, now)
        for ticket, (_, line, number) in zip(tickets, pairs, strict=True):
            holders.keep(work, self._seal, ticket.ticket_id, line.holders_of(number))
        return tickets


def _line(order_id: int, place: int, line: PricedLine) -> dict[str, object]:
    return {
        "order_id": order_id,
        "line": place,
        "ticket_type_id": line.wanted.type_id,
        "quantity": line.wanted.quantity,
        "persons": line.wanted.persons,
        "price_fen": line.ticket_type.price_fen,
    }


def _new_ticket(place: int, line: PricedLine, number: int, hashes: HolderKeys, zone: tzinfo) -> NewTicket:
    return NewTicket(
        ticket_type=line.ticket_type,
        line=place,
        persons=line.wanted.persons,
        window=validity.window(line.ticket_type.parameters, line.wanted.visit, line.slot, zone),
        holder_keys=tuple(key for holder in line.holders_of(number) for key in hashes[holder.document]),
    )


async def _priced(work: Work, wanted: Wanted, now: Instant) -> tuple[PricedLine, ...]:
    site = await catalog.site(work, wanted.site_id)
    today = local_day(now, ZoneInfo(site.parameters.zone))
    if sum(line.quantity for line in wanted.lines) > MOST_TICKETS:
        raise Problem(ProblemCode.INPUT_INVALID, f"an order has at most {MOST_TICKETS} tickets")
    types = await catalog.ticket_types(work, {line.type_id for line in wanted.lines})
    return tuple(priced(line, place, types.get(line.type_id), wanted.site_id, today) for place, line in enumerate(wanted.lines))


async def _order(work: Work, order_id: int) -> Order:
    row = await work.session.get(OrderRow, order_id)
    if row is None:
        raise Problem(ProblemCode.NOT_FOUND, f"there is no order {order_id}")
    tickets = await tickets_of_order(work, order_id)
    return _order_of(row, tickets)


def _order_of(row: OrderRow, tickets: tuple[Ticket, ...]) -> Order:
    assert row.id is not None, "a stored order has its number"
    return Order(row.id, row.site_id, row.seller_id, row.total_fen, row.paid_at, tickets)


async def paid_price_fen(work: Work, order_id: int, line: int) -> int:
    """Return what was paid for one ticket of an order's line."""
    row = await work.session.get_one(OrderLineRow, (order_id, line))
    return row.price_fen * row.persons
