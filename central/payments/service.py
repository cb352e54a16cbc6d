"""Payments of orders: begun, queried, notified, and brought to their end.

Laws (law 7): a document is committed before its request leaves, so that a process that dies loses no payment; one transaction
marks an order paid, posts its money and makes its tickets; a success whose order is already paid or cancelled is returned.
Nothing is locked while an institution is asked.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlmodel import col, select

from central.domain.idempotency import IdempotencyKey
from central.domain.problems import Problem, ProblemCode
from central.payments import differences, documents, ledger, refund_split
from central.payments.documents import AtOnce, Payment, payment_of, record_at_once
from central.payments.institution import (
    Acknowledgement,
    Charge,
    Institution,
    Paid,
    PaymentAnswer,
    PaymentNotice,
    RefundNotice,
    ReversalAnswer,
    StillPaid,
    Unknown,
    Waiting,
)
from central.payments.institution_refunds import NUMBER_BYTES, RefundDocuments, World
from central.payments.ledger import Movement
from central.payments.messages import METHODS, NOT_CONFIGURED, ORDER_WAITS_NO_MORE
from central.payments.methods import Method
from central.payments.ports import Fulfilment, Orders, PayableOrder
from central.payments.refund_split import Given, Returning
from central.payments.rules.difference_causes import Cause, Found
from central.payments.rules.payment_states import (
    ENDS,
    Abandoned,
    Answered,
    Due,
    Effect,
    Notified,
    PaymentEvent,
    PaymentState,
    Presentation,
    ReversalAnswered,
    Sent,
    created,
    step,
)
from central.store.idempotency import first_use, remember
from central.store.tables.payments import PaymentRow
from central.store.unit_of_work import Store, Work
from protocol.errors import UntrustedError
from protocol.identifiers import SiteId
from protocol.instants import Instant

MOST_AT_ONCE = 8
MOST_READ_AT_ONCE = 200
SUBJECT = "门票"


@dataclass(frozen=True, slots=True)
class Start:
    """A payment to begin through an institution: by the payer's code, or by a QR where there is none."""

    order_id: int
    method: Method
    auth_code: str | None
    by: int


class Payments:
    """Takes money, or finds out that none came."""

    def __init__(self, store: Store, orders: Orders, world: World) -> None:
        """Take the store, the service that knows orders, and the world."""
        self._store = store
        self._orders = orders
        self._world = world
        self.refunds = RefundDocuments(store, world)

    async def pay_at_once(self, order_id: int, paid: AtOnce, once: IdempotencyKey, now: Instant) -> Payment:
        """Pay an order that waits, with money that is there; Problem where the order no longer waits."""
        fulfil = await self._orders.fulfilment(order_id)
        async with self._store.transaction() as work:
            earlier = await first_use(work, once.scope, once.key, once.fingerprint, now)
            if earlier is not None:
                once.require_same(earlier.fingerprint)
                return payment_of(await work.session.get_one(PaymentRow, int(earlier.outcome)))
            order = await self._payable(work, order_id, now)
            await _abandon_live(work, order_id, now)
            payment = await record_at_once(work, paid, order, await documents.next_number(work), now)
            assert payment is not None, "an order that waits costs something"
            await fulfil(work, now)
            await remember(work, once.scope, once.key, str(payment.payment_id))
        return payment

    async def start(self, wanted: Start, once: IdempotencyKey, now: Instant) -> Payment:
        """Begin a payment through an institution, and return it with the institution's first answer.

        Problem where the order no longer waits, or the institution is not configured.
        """
        institution = (await self._world.institutions()).get(wanted.method)
        if institution is None:
            raise Problem(ProblemCode.PAYMENT_METHOD, NOT_CONFIGURED.of(method=METHODS[wanted.method].of()))
        async with self._store.transaction() as work:
            earlier = await first_use(work, once.scope, once.key, once.fingerprint, now)
            if earlier is None:
                payment_id = await self._create(work, wanted, now)
                await remember(work, once.scope, once.key, str(payment_id))
            else:
                once.require_same(earlier.fingerprint)
                payment_id = int(earlier.outcome)
        await self._send(payment_id, institution, wanted.auth_code)
        return await self.payment(payment_id)

    async def give_up(self, payment_id: int) -> Payment:
        """Close or reverse a payment that is no longer needed; a payment that has ended stays as it is."""
        await self._take(payment_id, lambda _: Abandoned())
        return await self.payment(payment_id)

    async def follow(self) -> None:
        """Query every payment that is due, and reverse those without an answer in time (冲正). A job."""
        async with self._store.reading() as work:
            due = select(PaymentRow.id).where(col(PaymentRow.next_at) <= self._world.clock())
            query = due.order_by(col(PaymentRow.next_at)).limit(MOST_READ_AT_ONCE)
            found = [payment_id for payment_id in (await work.session.exec(query)).all() if payment_id is not None]
        places = asyncio.Semaphore(MOST_AT_ONCE)

        async def look(payment_id: int) -> None:
            async with places:
                await self._carry(payment_id, await self._take(payment_id, lambda _: Due()))

        for outcome in await asyncio.gather(*(look(one) for one in found), return_exceptions=True):
            if outcome is not None:
                raise outcome

    async def receive(self, method: Method, headers: Mapping[str, str], body: bytes, now: Instant) -> Acknowledgement:
        """Receive an institution's notification: verify it first, then decide; a repeated or late one does no harm."""
        institution = (await self._world.institutions()).get(method)
        if institution is None:
            raise Problem(ProblemCode.NOT_FOUND, NOT_CONFIGURED.of(method=METHODS[method].of()))
        try:
            notice = await institution.read_notification(headers, body, now)
        except UntrustedError:
            return institution.acknowledgement(is_taken=False)
        if isinstance(notice, PaymentNotice):
            await self._notified(method, notice.number, notice.paid)
        if isinstance(notice, RefundNotice) and not await self.refunds.take_notice(notice.number, notice.answer):
            await self._unknown(method, notice.number, None)
        return institution.acknowledgement(is_taken=True)

    async def give_back(self, work: Work, wanted: Returning, now: Instant) -> Given:
        """Give money back by the method that it came by, in the caller's transaction, which has locked what it refunds."""
        return await refund_split.give_back(work, self.refunds, wanted, now)

    async def hand_out(self, work: Work, refund_id: int, site_id: SiteId, by: int, now: Instant) -> int:
        """Hand out what is owed for a refund; return how much. Part of the caller's transaction, which has locked the refund."""
        return await refund_split.hand_out(work, refund_id, site_id, by, now)

    async def payment(self, payment_id: int) -> Payment:
        """Return a payment; Problem where there is none."""
        async with self._store.reading() as work:
            row = await work.session.get(PaymentRow, payment_id)
            if row is None:
                raise documents.not_there(payment_id)
            return payment_of(row)

    async def _payable(self, work: Work, order_id: int, now: Instant) -> PayableOrder:
        order = await self._orders.locked(work, order_id)
        if not order.is_open or order.expires_at is None or now >= order.expires_at:
            raise Problem(ProblemCode.ORDER_STATE, ORDER_WAITS_NO_MORE.of())
        return order

    async def _create(self, work: Work, wanted: Start, now: Instant) -> int:
        order = await self._payable(work, wanted.order_id, now)
        assert order.expires_at is not None, "an order that waits has its end"
        await _abandon_live(work, wanted.order_id, now)
        presentation = Presentation.QR if wanted.auth_code is None else Presentation.CODE
        document = created(presentation, order.total_fen, order.expires_at, now)
        row = PaymentRow(
            order_id=wanted.order_id,
            method=wanted.method,
            presentation=presentation,
            state=document.state,
            amount_fen=document.amount_fen,
            number=f"P{self._world.random_bytes(NUMBER_BYTES).hex()}",
            created_at=now,
            attempts=0,
            taken_by=wanted.by,
        )
        documents.keep(work, row, document, now)
        await work.session.flush()
        documents.tell_state(work, row, now)
        assert row.id is not None, "a flushed row has its number"
        return row.id

    async def _send(self, payment_id: int, institution: Institution, auth_code: str | None) -> None:
        """Send a request that was never sent; where two tasks try at once, one sends it."""
        async with self._store.transaction() as work:
            await self._orders.locked(work, (await work.session.get_one(PaymentRow, payment_id)).order_id)
            row = await documents.locked(work, payment_id)
            if row.state != PaymentState.CREATED:
                return
            now = self._world.clock()
            documents.keep(work, row, step(documents.document_of(row), Sent(), now).document, now)
        assert row.number is not None, "an institution's payment has a number"
        assert row.deadline_at is not None, "an institution's payment has a deadline"
        charge = Charge(row.number, row.amount_fen, SUBJECT, row.deadline_at)
        answer = await (institution.prepare(charge) if auth_code is None else institution.charge_code(charge, auth_code))
        await self._carry(payment_id, await self._answered(payment_id, answer))

    async def _carry(self, payment_id: int, effect: Effect | None) -> None:
        """Query, and apply the answer, until there is nothing to query now."""
        while effect is not None:
            payment = await self.payment(payment_id)
            if effect is Effect.REVERSE:
                effect = await self._reversal_answered(payment_id, await self._reverse(payment))
            else:
                effect = await self._answered(payment_id, await self._query(payment))

    async def _query(self, payment: Payment) -> PaymentAnswer:
        institution = (await self._world.institutions()).get(payment.method)
        if institution is None:
            return Unknown(f"{payment.method} is not configured")
        assert payment.number is not None, "an institution's payment has a number"
        return await institution.query(payment.number)

    async def _reverse(self, payment: Payment) -> ReversalAnswer:
        institution = (await self._world.institutions()).get(payment.method)
        if institution is None:
            return Unknown(f"{payment.method} is not configured")
        assert payment.number is not None, "an institution's payment has a number"
        is_qr = payment.document.presentation is Presentation.QR
        return await (institution.close(payment.number) if is_qr else institution.reverse(payment.number))

    async def _answered(self, payment_id: int, answer: PaymentAnswer) -> Effect | None:
        qr = answer.qr if isinstance(answer, Waiting) else None
        return await self._take(
            payment_id, lambda payable: Answered(answer, is_payable=payable), may_pay=isinstance(answer, Paid), qr=qr
        )

    async def _reversal_answered(self, payment_id: int, answer: ReversalAnswer) -> Effect | None:
        may_pay = isinstance(answer, StillPaid)
        return await self._take(payment_id, lambda payable: ReversalAnswered(answer, is_payable=payable), may_pay=may_pay)

    async def _notified(self, method: Method, number: str, paid: Paid) -> None:
        async with self._store.reading() as work:
            query = select(PaymentRow.id).where(PaymentRow.number == number, PaymentRow.method == method)
            payment_id = (await work.session.exec(query)).first()
        if payment_id is None:
            await self._unknown(method, number, paid)
            return
        # `follow` sends the next query a moment later: an institution waits for its answer.
        await self._take(payment_id, lambda payable: Notified(paid, is_payable=payable), may_pay=True)

    async def _unknown(self, method: Method, number: str, paid: Paid | None) -> None:
        theirs_fen = None if paid is None else paid.amount_fen
        found = Found(Cause.UNKNOWN_NUMBER, number, None, None, theirs_fen, "notified under a number that is not ours")
        async with self._store.transaction() as work:
            await differences.note(work, method, found, self._world.clock())

    async def _take(
        self, payment_id: int, event: Callable[[bool], PaymentEvent], *, may_pay: bool = False, qr: str | None = None
    ) -> Effect | None:
        """Apply an event, and return what to ask next. `event` gets whether the order waits for money."""
        order_id = (await self.payment(payment_id)).order_id
        fulfil = await self._orders.fulfilment(order_id) if may_pay else None
        now = self._world.clock()
        async with self._store.transaction() as work:
            order = await self._orders.locked(work, order_id)
            row = await documents.locked(work, payment_id)
            taken = step(documents.document_of(row), event(order.is_open), now)
            documents.keep(work, row, taken.document, now)
            row.qr = qr or row.qr
            if taken.effect is Effect.MARK_PAID:
                assert fulfil is not None, "only an answer that says paid marks paid"
                await self._mark_paid(work, row, order, fulfil, now)
            if taken.effect is Effect.RETURN_MONEY:
                await self._return(work, row, now)
        return taken.effect if taken.effect in (Effect.QUERY, Effect.REVERSE) else None

    async def _mark_paid(self, work: Work, row: PaymentRow, order: PayableOrder, fulfil: Fulfilment, now: Instant) -> None:
        method = Method(row.method)
        movement = Movement(ledger.clearing(method), ledger.sales(order.site_id), row.amount_fen, row.order_id, payment_id=row.id)
        ledger.post(work, movement, row.taken_by, now)
        await fulfil(work, now)
        await _abandon_live(work, row.order_id, now)

    async def _return(self, work: Work, row: PaymentRow, now: Instant) -> None:
        assert row.received_fen is not None, "only money that came is returned"
        assert row.number is not None, "an institution's payment has a number"
        method = Method(row.method)
        movement = Movement(ledger.clearing(method), ledger.owed(method), row.received_fen, row.order_id, payment_id=row.id)
        ledger.post(work, movement, None, now)
        await self.refunds.add(work, row, row.received_fen, None, now)
        found = Found(Cause.MONEY_RETURNED, row.number, row.id, row.amount_fen, row.received_fen, row.reason or "")
        await differences.note(work, method, found, now)


async def _abandon_live(work: Work, order_id: int, now: Instant) -> None:
    """Abandon open payments of an order whose row is locked: it is paid, or about to be paid otherwise."""
    live = select(PaymentRow).where(PaymentRow.order_id == order_id, col(PaymentRow.state).not_in(ENDS))
    for row in (await work.session.exec(live.with_for_update())).all():
        documents.keep(work, row, step(documents.document_of(row), Abandoned(), now).document, now)
