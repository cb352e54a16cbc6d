"""Money that goes back through an institution, followed to its end.

Laws: a refund document is committed before its request leaves; the same document has the same number, however often it is sent;
what the ledger owes to payers goes down only when the institution says that the money has gone (law 12).
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from sqlmodel import col, func, select

from central.domain.ports import RandomBytes
from central.payments import differences, ledger
from central.payments.institution import MAX_REASON_CHARACTERS, GiveBack, Institution, RefundAnswer, Unknown
from central.payments.ledger import Movement
from central.payments.methods import Method
from central.payments.rules.difference_causes import Cause, Found
from central.payments.rules.refund_states import (
    RefundDocument,
    RefundDocumentState,
    RefundEffect,
    after_others,
    new_refund,
    refund_answered,
    refund_due,
)
from central.store.tables.payments import PaymentRefundRow, PaymentRow
from central.store.unit_of_work import Store, Work
from protocol.instants import Clock, Instant

MOST_AT_ONCE = 4
MOST_READ_AT_ONCE = 100
NUMBER_BYTES = 15

Institutions = Callable[[], Awaitable[Mapping[Method, Institution]]]


@dataclass(frozen=True, slots=True)
class World:
    """What payments use from outside: the institutions that are configured now, the clock, and randomness."""

    institutions: Institutions
    clock: Clock
    random_bytes: RandomBytes


class RefundDocuments:
    """Sends money back and asks institutions for the result."""

    def __init__(self, store: Store, world: World) -> None:
        """Take the store and the world."""
        self._store = store
        self._world = world

    async def add(self, work: Work, payment: PaymentRow, amount_fen: int, refund_id: int | None, now: Instant) -> None:
        """Add a document, in a transaction whose caller has posted what is owed; `follow` does the rest."""
        assert payment.id is not None, "a stored payment has its number"
        document = after_others(new_refund(amount_fen, now), Method(payment.method), await _latest(work, payment.id))
        row = PaymentRefundRow(
            payment_id=payment.id,
            refund_id=refund_id,
            number=f"R{self._world.random_bytes(NUMBER_BYTES).hex()}",
            state=document.state,
            amount_fen=amount_fen,
            created_at=now,
            next_at=document.next_at,
            attempts=0,
        )
        work.session.add(row)
        await work.session.flush()

    async def has_arrived(self, work: Work, refund_id: int) -> bool:
        """Return whether the institution has said that the money of a ticket's refund is back with its payer."""
        query = select(PaymentRefundRow.state).where(PaymentRefundRow.refund_id == refund_id)
        return (await work.session.exec(query)).first() == RefundDocumentState.SUCCEEDED

    async def is_on_its_way(self, work: Work, refund_id: int) -> bool:
        """Return whether an institution must still answer about money of a ticket's refund."""
        query = select(PaymentRefundRow.state).where(PaymentRefundRow.refund_id == refund_id)
        return (await work.session.exec(query)).first() not in (None, RefundDocumentState.SUCCEEDED)

    async def follow(self) -> None:
        """Do all that is due. A job."""
        due = select(PaymentRefundRow.id).where(col(PaymentRefundRow.next_at) <= self._world.clock())
        async with self._store.reading() as work:
            query = due.order_by(col(PaymentRefundRow.next_at)).limit(MOST_READ_AT_ONCE)
            found = [one for one in (await work.session.exec(query)).all() if one is not None]
        places = asyncio.Semaphore(MOST_AT_ONCE)

        async def look(document_id: int) -> None:
            async with places:
                await self._look(document_id)

        for outcome in await asyncio.gather(*(look(one) for one in found), return_exceptions=True):
            if outcome is not None:
                raise outcome

    async def take_notice(self, number: str, answer: RefundAnswer) -> bool:
        """Apply an authentic notification; return whether there is such a refund."""
        async with self._store.reading() as work:
            query = select(PaymentRefundRow.id).where(PaymentRefundRow.number == number)
            document_id = (await work.session.exec(query)).first()
        if document_id is None:
            return False
        await self._take(document_id, answer)
        return True

    async def _look(self, document_id: int) -> None:
        async with self._store.transaction() as work:
            row, payment = await _locked(work, document_id)
            now = self._world.clock()
            due = refund_due(_document(row), now)
            _keep(work, row, due.document)
            if due.effect is RefundEffect.CALL_STAFF:
                await _call_staff(work, row, payment, due.document, now)
        if due.effect not in (RefundEffect.SEND, RefundEffect.QUERY):
            return
        institution = (await self._world.institutions()).get(Method(payment.method))
        if institution is None:
            answer: RefundAnswer = Unknown(f"{payment.method} is not configured")
        elif due.effect is RefundEffect.QUERY:
            answer = await institution.query_refund(_wanted(row, payment))
        else:
            answer = await institution.refund(_wanted(row, payment))
        await self._take(document_id, answer)

    async def _take(self, document_id: int, answer: RefundAnswer) -> None:
        now = self._world.clock()
        async with self._store.transaction() as work:
            row, payment = await _locked(work, document_id)
            taken = refund_answered(_document(row), answer, now)
            _keep(work, row, taken.document)
            method = Method(payment.method)
            if taken.effect is RefundEffect.SUCCEED:
                movement = Movement(
                    ledger.owed(method), ledger.clearing(method), row.amount_fen, payment.order_id, row.refund_id, payment.id
                )
                ledger.post(work, movement, None, now)
            if taken.effect is RefundEffect.CALL_STAFF:
                await _call_staff(work, row, payment, taken.document, now)


async def _call_staff(work: Work, row: PaymentRefundRow, payment: PaymentRow, document: RefundDocument, now: Instant) -> None:
    cause = Cause.REFUND_CLOSED if document.state is RefundDocumentState.CLOSED else Cause.REFUND_ABNORMAL
    found = Found(cause, row.number, payment.id, row.amount_fen, None, document.reason or "")
    await differences.note(work, Method(payment.method), found, now)


async def _latest(work: Work, payment_id: int) -> Instant | None:
    """Return when the latest refund of a payment was sent or will be sent, as far as is known."""
    known = func.coalesce(PaymentRefundRow.accepted_at, PaymentRefundRow.next_at, PaymentRefundRow.finished_at)
    found = (await work.session.exec(select(func.max(known)).where(PaymentRefundRow.payment_id == payment_id))).one()
    return None if found is None else Instant(found)


def _wanted(row: PaymentRefundRow, payment: PaymentRow) -> GiveBack:
    assert payment.number is not None, "an institution's payment has a number"
    reason = "退票退款" if row.refund_id is not None else "重复或超时付款退回"
    return GiveBack(row.number, payment.number, row.amount_fen, payment.received_fen or payment.amount_fen, reason)


async def _locked(work: Work, document_id: int) -> tuple[PaymentRefundRow, PaymentRow]:
    row = await work.session.get_one(PaymentRefundRow, document_id, with_for_update=True, populate_existing=True)
    return row, await work.session.get_one(PaymentRow, row.payment_id)


def _document(row: PaymentRefundRow) -> RefundDocument:
    return RefundDocument(
        state=RefundDocumentState(row.state),
        amount_fen=row.amount_fen,
        next_at=row.next_at,
        attempts=row.attempts,
        institution_number=row.institution_number,
        accepted_at=row.accepted_at,
        finished_at=row.finished_at,
        reason=row.reason,
    )


def _keep(work: Work, row: PaymentRefundRow, document: RefundDocument) -> None:
    row.state, row.next_at, row.attempts = document.state, document.next_at, document.attempts
    row.institution_number, row.accepted_at = document.institution_number, document.accepted_at
    row.finished_at, row.reason = document.finished_at, document.reason and document.reason[:MAX_REASON_CHARACTERS]
    work.session.add(row)
