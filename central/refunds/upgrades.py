"""Upgrades (补差价): an unused ticket is handed in for a dearer one, and only the difference is paid.

Laws: one transaction makes the old ticket void, makes the new one and posts the difference (laws 7 and 12); the old ticket's
money pays for the new one, so that a refund of the new one goes back by the methods of both, by the stricter promise, and waits
for the gates of both (law 6). No money leaves at an upgrade, so an upgrade waits for no gate.
"""

from dataclasses import dataclass, replace
from datetime import date, time

from sqlmodel import col, select

from central.audit import service as audit
from central.catalog import service as catalog
from central.catalog.after_sale import PLAIN, AfterSaleRules
from central.catalog.sale_settings import Seller
from central.domain.idempotency import IdempotencyKey
from central.domain.problems import Problem, ProblemCode
from central.issuing.service import ticket_in
from central.issuing.tickets import Ticket, id_text
from central.payments.documents import AtOnce, next_number, record_at_once
from central.payments.methods import Method
from central.payments.ports import PayableOrder
from central.refunds.messages import DIFFERENCE_CHANGED, UPGRADE_IS_CHEAPER, VALIDITY_OVER
from central.refunds.rules.amounts import RefundKind, WantedRefund
from central.refunds.service import Refunds
from central.sales import holders
from central.sales.buyers import SAID_NOTHING, Buyer
from central.sales.orders import Order
from central.sales.rules.pricing import Holder, Promise, WantedLine
from central.sales.service import Sales, Taking, Wanted
from central.sales.sold_terms import promise_of, stored
from central.store.sealed import FieldSeal
from central.store.tables.money import OrderLineRow, OrderRow
from central.store.unit_of_work import Store, Work
from protocol.identifiers import TicketId, TicketTypeId
from protocol.instants import Instant, to_minute

REASON = "补差价 upgrade"


@dataclass(frozen=True, slots=True)
class WantedUpgrade:
    """The type, day and slot that a ticket is handed in for.

    Without `holders`, the old ticket's holders go with it, if needed.
    """

    ticket_id: TicketId
    type_id: TicketTypeId
    visit: date
    slot_start: time | None
    channel: str
    seller: Seller | None
    holders: tuple[Holder, ...] = ()
    buyer: Buyer = SAID_NOTHING


@dataclass(frozen=True, slots=True)
class UpgradeQuote:
    """What the new ticket costs, what the old one is worth, and the difference."""

    total_fen: int
    worth_fen: int

    @property
    def difference_fen(self) -> int:
        """Return what the buyer must pay."""
        return self.total_fen - self.worth_fen


@dataclass(frozen=True, slots=True)
class _Old:
    ticket: Ticket
    promise: Promise
    wanted: Wanted


class Upgrades:
    """Changes tickets for dearer ones."""

    def __init__(self, store: Store, sales: Sales, refunds: Refunds, seal: FieldSeal) -> None:
        """Take the store, the services that sell and that make tickets void, and the seal for holders."""
        self._store = store
        self._sales = sales
        self._refunds = refunds
        self._seal = seal

    async def quote(self, wanted: WantedUpgrade, now: Instant) -> UpgradeQuote:
        """Return what it costs now; Problem where it may not be sold, or is not dearer. Nothing is stored."""
        old = await self._old(wanted)
        _require_valid(old.ticket, now)
        worth = await self._refunds.quote(_handing_in(wanted), now)
        quoted = UpgradeQuote((await self._sales.quote(old.wanted, now)).total_fen, worth.amount_fen)
        if quoted.difference_fen < 0:
            raise Problem(ProblemCode.NOT_UPGRADABLE, UPGRADE_IS_CHEAPER.of(less_fen=-quoted.difference_fen))
        return quoted

    async def upgrade(self, wanted: WantedUpgrade, expected_fen: int, paid: AtOnce, once: IdempotencyKey, now: Instant) -> Order:
        """Hand a ticket in for another; return the other's order. Problem where the difference is not what was expected."""
        old = await self._old(wanted)
        worth_fen = old.promise.price_fen * old.ticket.record.persons

        async def take(work: Work, order: PayableOrder, payment_id: int) -> None:
            await work.write()
            handed_in_fen = await self._refunds.exchange(work, _handing_in(wanted), order.order_id, paid.by, now)
            _require_expected(order.total_fen - handed_in_fen, expected_fen)
            handed_in = AtOnce(Method.EXCHANGE, paid.by, id_text(wanted.ticket_id), old.ticket.order_id)
            await record_at_once(work, handed_in, replace(order, total_fen=handed_in_fen), payment_id, now)
            await work.write()
            await record_at_once(work, paid, replace(order, total_fen=expected_fen), await next_number(work), now)
            await _keep_promise(work, order.order_id, old.promise)
            audit.record(
                work,
                now,
                paid.by,
                "order.upgrade",
                f"order:{order.order_id}",
                ticket=id_text(wanted.ticket_id),
                difference_fen=expected_fen,
                method=paid.method,
            )

        _require_valid(old.ticket, now)
        return await self._sales.sell_by(old.wanted, worth_fen + expected_fen, Taking(paid.by, take), once, now)

    async def _old(self, wanted: WantedUpgrade) -> _Old:
        async with self._store.reading() as work:
            ticket = await ticket_in(work, wanted.ticket_id)
            kept = tuple(Holder(one.document, one.name) for one in await holders.read(work, self._seal, wanted.ticket_id))
            promise = await promise_of(work, ticket)
            is_real_name = await _is_real_name(work, wanted.type_id)
            agency_id = (await work.session.get_one(OrderRow, ticket.order_id)).agency_id
        named = (wanted.holders or kept) if is_real_name else ()
        line = WantedLine(wanted.type_id, 1, ticket.record.persons, wanted.visit, wanted.slot_start, named)
        site = ticket.record.issuing_site
        again = Wanted(
            site_id=site,
            lines=(line,),
            channel=wanted.channel,
            buyer=wanted.buyer,
            seller=wanted.seller,
            instead_of=ticket.order_id,
            agency_id=agency_id,
        )
        return _Old(ticket, promise, again)


def _handing_in(wanted: WantedUpgrade) -> WantedRefund:
    return WantedRefund(wanted.ticket_id, REASON, kind=RefundKind.EXCHANGE, fee_fen=0)


def _require_expected(difference_fen: int, expected_fen: int) -> None:
    if difference_fen != expected_fen:
        said = DIFFERENCE_CHANGED.of(difference_fen=difference_fen, expected_fen=expected_fen)
        raise Problem(ProblemCode.TOTAL_CHANGED, said)


def _require_valid(ticket: Ticket, now: Instant) -> None:
    if to_minute(now) > ticket.record.valid_until:
        raise Problem(ProblemCode.NOT_UPGRADABLE, VALIDITY_OVER.of())


async def _is_real_name(work: Work, type_id: TicketTypeId) -> bool:
    one = (await catalog.ticket_types(work, (type_id,))).get(type_id)
    return one is not None and one.parameters.is_real_name


async def _keep_promise(work: Work, order_id: int, old: Promise) -> None:
    """Let the old ticket's rules for refunds apply to the new one, so that no visitor avoids a fee by an upgrade."""
    if old.rules.refund == PLAIN.refund:
        return
    lines = col(OrderLineRow.order_id) == order_id
    row = (await work.session.exec(select(OrderLineRow).where(lines))).one()
    rules = PLAIN if row.after_sale is None else AfterSaleRules.model_validate_json(row.after_sale)
    row.after_sale = stored(rules.model_copy(update={"refund": old.rules.refund}))
    work.session.add(row)
