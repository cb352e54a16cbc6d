"""Orders paid through an institution, by answer, notification or query: paid, reversed, returned; never paid twice."""

import asyncio
import json
import random
from collections import deque

import pytest
from sqlmodel import func, select

from central.catalog.service import Sale
from central.domain.problems import Problem, ProblemCode
from central.payments import ledger
from central.payments.documents import AtOnce, Payment
from central.payments.institution import RefundAbnormal, RefundProcessing
from central.payments.methods import Method
from central.payments.refund_split import Given, Returning
from central.payments.rules.difference_causes import Cause
from central.payments.rules.payment_states import PaymentState
from central.payments.service import Start
from central.reports.payments import PAYMENTS
from central.sales.rules.pricing import Holder, OrderState
from central.sales.service import HOLD_S
from central.store.tables.money import OrderHolderRow
from central.store.tables.payments import PaymentRefundRow
from protocol.holders import Document, DocumentType
from protocol.identifiers import SiteId
from tests.builders.office import Office, once

SITE = SiteId(1)
CODE = "134567890123456789"
LI = Holder(Document(DocumentType.RESIDENT_ID, "CN", "990101199003074518"), "李明")
pytestmark = pytest.mark.law(7)


async def _held(office: Office, key: str = "hold-0001") -> int:
    return (await office.hold(await office.ticket_type(), key)).order_id


async def _start(office: Office, order_id: int, auth_code: str | None = None, key: str = "start-01") -> Payment:
    return await office.payments.start(Start(order_id, Method.WECHAT, auth_code, office.seller), once(key), office.clock())


async def _follow(office: Office, seconds: int) -> None:
    """Let that much time pass, with the jobs running."""
    for _ in range(seconds):
        office.clock.advance(seconds=1)
        await office.payments.follow()
        await office.payments.refunds.follow()
        await office.sales.expire(office.clock())


async def _notify(office: Office, number: str | None, signed: str = "yes") -> int:
    body = json.dumps({"number": number}).encode()
    return (await office.payments.receive(Method.WECHAT, {"Signed": signed}, body, office.clock())).status


async def _state(office: Office, payment: Payment) -> PaymentState:
    return (await office.payments.payment(payment.payment_id)).document.state


async def _is_issued(office: Office, order_id: int) -> bool:
    order = await office.sales.order(order_id)
    assert (order.state is OrderState.PAID) == bool(order.tickets)
    return bool(order.tickets)


async def _balances(office: Office) -> dict[str, int]:
    async with office.store.reading() as work:
        balances = await ledger.balances(work)
    assert sum(balances.values()) == 0
    return {account: amount for account, amount in balances.items() if amount}


async def _causes(office: Office) -> list[Cause]:
    return [one.found.cause for one in await office.differences.differences(None, 50, None)]


SOLD = {ledger.clearing(Method.WECHAT): 8000, ledger.sales(SITE): -8000}


async def test_an_order_waits_without_tickets_and_is_paid_at_the_window(office: Office) -> None:
    order_id = await _held(office)
    assert not await _is_issued(office, order_id)
    paid = await office.payments.pay_at_once(order_id, AtOnce(Method.CASH, office.seller), once("pay-0001"), office.clock())
    again = await office.payments.pay_at_once(order_id, AtOnce(Method.CASH, office.seller), once("pay-0001"), office.clock())
    assert (paid.document.state, again.payment_id) == (PaymentState.PAID, paid.payment_id)
    assert await _is_issued(office, order_id)
    assert await _balances(office) == {ledger.cash(office.seller): 8000, ledger.sales(SITE): -8000}


@pytest.mark.parametrize("method", [Method.CARD_TERMINAL, Method.BANK_TRANSFER])
async def test_what_a_person_recorded_has_an_account_of_its_own(office: Office, method: Method) -> None:
    order_id = await _held(office)
    await office.payments.pay_at_once(order_id, AtOnce(method, office.seller, "slip 7"), once("pay-0001"), office.clock())
    assert await _balances(office) == {f"{method}/1": 8000, ledger.sales(SITE): -8000}


async def test_a_qr_is_shown_paid_and_told_of_by_notification(office: Office) -> None:
    order_id = await _held(office)
    payment = await _start(office, order_id)
    assert payment.qr == f"weixin://{payment.number}"
    assert payment.number is not None
    office.bank.pay(payment.number)
    assert [await _notify(office, payment.number) for _ in range(3)] == [200, 200, 200]
    assert await _is_issued(office, order_id)
    assert await _balances(office) == SOLD
    assert len((await office.sales.order(order_id)).tickets) == 1


async def test_without_any_notification_a_query_finds_the_money(office: Office) -> None:
    order_id = await _held(office)
    payment = await _start(office, order_id)
    assert payment.number is not None
    office.bank.pay(payment.number)
    await _follow(office, 6)
    assert await _is_issued(office, order_id)


async def test_a_payers_code_is_paid_with_the_answer(office: Office) -> None:
    order_id = await _held(office)
    assert (await _start(office, order_id, CODE)).document.state is PaymentState.PAID
    assert await _is_issued(office, order_id)


async def test_a_code_that_is_refused_leaves_the_order_waiting_for_another(office: Office) -> None:
    order_id = await _held(office)
    assert (await _start(office, order_id, "9" * 18)).document.state is PaymentState.FAILED
    assert (await _start(office, order_id, CODE, "start-02")).document.state is PaymentState.PAID


async def test_the_same_request_again_begins_one_payment(office: Office) -> None:
    order_id = await _held(office)
    payments = await asyncio.gather(*(_start(office, order_id, CODE) for _ in range(4)))
    assert len({payment.payment_id for payment in payments}) == 1
    assert office.bank.calls.count("charge_code") == 1


async def test_a_reply_that_was_lost_after_the_money_moved_loses_nothing(office: Office) -> None:
    order_id = await _held(office)
    office.bank.faults.extend(["lost"])
    payment = await _start(office, order_id, CODE)
    assert payment.document.state is PaymentState.SENT
    await _follow(office, 6)
    assert await _is_issued(office, order_id)


async def test_a_payment_without_answer_is_reversed_until_the_institution_answers(office: Office) -> None:
    order_id = await _held(office)
    office.bank.faults.extend(["lost"] * 12)
    payment = await _start(office, order_id, CODE)
    await _follow(office, 40)
    assert "reverse" not in office.bank.calls
    await _follow(office, 300)
    assert await _state(office, payment) is PaymentState.REVERSED
    assert office.bank.calls.count("reverse") > 1
    assert office.bank.held_fen == 0
    assert await _balances(office) == {}
    assert not await _is_issued(office, order_id)


async def test_a_success_after_the_reversal_goes_back_with_a_line_for_staff(office: Office) -> None:
    order_id = await _held(office)
    office.bank.charges_at_once = False
    payment = await _start(office, order_id, CODE)
    assert payment.number is not None
    await _follow(office, 60)
    assert await _state(office, payment) is PaymentState.REVERSED
    office.bank.pay(payment.number)
    await _notify(office, payment.number)
    await _follow(office, 70)
    assert await _state(office, payment) is PaymentState.RETURNED
    assert (office.bank.held_fen, await _balances(office), await _causes(office)) == (0, {}, [Cause.MONEY_RETURNED])


async def test_an_order_paid_twice_keeps_the_first_money_and_returns_the_second(office: Office) -> None:
    order_id = await _held(office)
    payment = await _start(office, order_id)
    assert payment.number is not None
    office.bank.pay(payment.number)
    await office.payments.pay_at_once(order_id, AtOnce(Method.CASH, office.seller), once("pay-0001"), office.clock())
    await _follow(office, 70)
    assert await _state(office, payment) is PaymentState.RETURNED
    assert len((await office.sales.order(order_id)).tickets) == 1
    assert office.bank.held_fen == 0
    assert await _balances(office) == {ledger.cash(office.seller): 8000, ledger.sales(SITE): -8000}


async def test_money_for_a_cancelled_order_goes_back(office: Office) -> None:
    order_id = await _held(office)
    payment = await _start(office, order_id)
    assert payment.number is not None
    await office.sales.cancel(order_id, office.seller, office.clock())
    office.bank.pay(payment.number)
    await _notify(office, payment.number)
    await _follow(office, 2)
    assert await _state(office, payment) is PaymentState.RETURNED
    assert not await _is_issued(office, order_id)
    assert office.bank.held_fen == 0


async def test_another_amount_than_was_asked_goes_back(office: Office) -> None:
    payment = await _start(office, await _held(office))
    assert payment.number is not None
    office.bank.pay(payment.number, 1)
    await _notify(office, payment.number)
    await _follow(office, 2)
    assert await _state(office, payment) is PaymentState.RETURNED
    assert await _balances(office) == {}


async def test_an_order_expires_only_when_none_of_its_payments_may_still_arrive(office: Office) -> None:
    order_id = await _held(office)
    payment = await _start(office, order_id)
    assert payment.number is not None
    office.clock.advance(seconds=HOLD_S)
    assert await office.sales.expire(office.clock()) == 0
    office.bank.pay(payment.number)
    await _follow(office, 5)
    assert await _is_issued(office, order_id)


async def test_an_order_that_is_not_paid_is_cancelled_and_forgets_its_holders(office: Office) -> None:
    one = await office.ticket_type(is_real_name=True)
    order_id = (await office.hold(one, holders=(LI,))).order_id
    await _start(office, order_id)
    office.clock.advance(seconds=HOLD_S)
    await _follow(office, 10)
    assert (await office.sales.order(order_id)).state is OrderState.CANCELLED
    async with office.store.reading() as work:
        assert (await work.session.exec(select(func.count()).select_from(OrderHolderRow))).one() == 0
    with pytest.raises(Problem) as problem:
        await _start(office, order_id, key="start-02")
    assert problem.value.code is ProblemCode.ORDER_STATE


@pytest.mark.law(9)
async def test_the_holders_of_an_order_that_waits_are_sealed_and_become_the_tickets(office: Office) -> None:
    one = await office.ticket_type(is_real_name=True)
    order_id = (await office.hold(one, holders=(LI,))).order_id
    async with office.store.reading() as work:
        row = (await work.session.exec(select(OrderHolderRow))).one()
        assert b"990101199003074518" not in row.number_sealed
    await _start(office, order_id, CODE)
    ticket = (await office.sales.order(order_id)).tickets[0]
    kept = await office.sales.holders_of(ticket.ticket_id, office.seller, office.clock())
    assert [(one.name, one.document.number) for one in kept] == [("李明", "990101199003074518")]
    async with office.store.reading() as work:
        assert (await work.session.exec(select(OrderHolderRow))).all() == []


async def test_what_was_promised_is_issued_after_the_catalogue_has_changed(office: Office) -> None:
    one = await office.ticket_type()
    order = await office.hold(one)
    await office.catalog.change_sale(one.type_id, Sale(9000, is_on_sale=False), office.seller, office.clock())
    payment = await _start(office, order.order_id, CODE)
    assert (payment.document.state, payment.document.amount_fen) == (PaymentState.PAID, 8000)


async def test_a_notification_that_is_not_signed_changes_nothing(office: Office) -> None:
    payment = await _start(office, await _held(office))
    assert payment.number is not None
    office.bank.pay(payment.number)
    assert await _notify(office, payment.number, signed="no") == 401
    assert await _state(office, payment) is PaymentState.SENT


async def test_a_notification_of_an_unknown_number_is_a_line_for_staff(office: Office) -> None:
    assert await _notify(office, "P-of-nobody") == 200
    assert await _causes(office) == [Cause.UNKNOWN_NUMBER]


async def test_a_process_that_died_before_sending_leaves_a_payment_that_fails(office: Office) -> None:
    order_id = await _held(office)
    wanted = Start(order_id, Method.WECHAT, CODE, office.seller)
    async with office.store.transaction() as work:
        payment_id = await office.payments._create(work, wanted, office.clock())  # noqa: SLF001 - the instant of the crash
    await _follow(office, 61)
    assert (await office.payments.payment(payment_id)).document.state is PaymentState.FAILED
    assert office.bank.calls == []


async def test_a_method_that_is_not_configured_is_refused(office: Office) -> None:
    wanted = Start(await _held(office), Method.ALIPAY, CODE, office.seller)
    with pytest.raises(Problem) as problem:
        await office.payments.start(wanted, once("start-01"), office.clock())
    assert problem.value.code is ProblemCode.PAYMENT_METHOD


async def test_money_goes_back_the_way_it_came_and_is_owed_until_it_has_gone(office: Office) -> None:
    order_id = await _held(office)
    await _start(office, order_id, CODE)
    office.bank.refund_answers.append(RefundProcessing("5030", office.clock()))
    async with office.store.transaction() as work:
        given = await office.payments.give_back(work, Returning(order_id, SITE, 3000, None, office.seller), office.clock())
    assert given is Given.ON_ITS_WAY
    await _follow(office, 2)
    sold = {ledger.clearing(Method.WECHAT): 8000, ledger.sales(SITE): -5000, ledger.owed(Method.WECHAT): -3000}
    assert await _balances(office) == sold
    await _follow(office, 61)
    assert await _balances(office) == {ledger.clearing(Method.WECHAT): 5000, ledger.sales(SITE): -5000}
    assert office.bank.held_fen == 5000


async def test_a_refund_whose_reply_was_lost_is_sent_again_and_refunds_once(office: Office) -> None:
    order_id = await _held(office)
    await _start(office, order_id, CODE)
    async with office.store.transaction() as work:
        await office.payments.give_back(work, Returning(order_id, SITE, 3000, None, office.seller), office.clock())
    office.bank.faults.extend(["lost", "deaf"])
    await _follow(office, 200)
    assert office.bank.calls.count("refund") == 3
    assert office.bank.held_fen == 5000


async def test_a_refund_that_the_payers_account_cannot_take_is_a_line_for_staff(office: Office) -> None:
    order_id = await _held(office)
    await _start(office, order_id, CODE)
    async with office.store.transaction() as work:
        await office.payments.give_back(work, Returning(order_id, SITE, 8000, None, office.seller), office.clock())
    office.bank.refund_answers.append(RefundAbnormal("the card is closed"))
    await _follow(office, 2)
    assert await _causes(office) == [Cause.REFUND_ABNORMAL]
    assert (await _balances(office))[ledger.owed(Method.WECHAT)] == -8000


async def test_what_was_paid_in_cash_goes_back_out_of_the_drawer(office: Office) -> None:
    order = await office.sell(await office.ticket_type())
    async with office.store.transaction() as work:
        given = await office.payments.give_back(work, Returning(order.order_id, SITE, 8000, None, office.seller), office.clock())
    assert given is Given.OUT
    assert await _balances(office) == {}


@pytest.mark.law(12)
@pytest.mark.sampled(3)
@pytest.mark.parametrize("seed", range(8))
async def test_random_faults_end_with_every_order_paid_and_issued_or_every_fen_returned(office: Office, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - a schedule that repeats
    one = await office.ticket_type()
    orders = [(await office.hold(one, f"hold-{number:04}")).order_id for number in range(6)]
    payments: list[Payment] = []
    for number, order_id in enumerate(orders * 2):
        office.bank.faults = _faults(chance)
        office.bank.charges_at_once = chance.random() < 0.5
        if (await office.sales.order(order_id)).state is OrderState.OPEN:
            payments.append(await _start(office, order_id, CODE if chance.random() < 0.5 else None, f"start-{number:03}"))
        await _somebody_acts(office, chance, payments)
        await _follow(office, chance.randrange(20))
    office.bank.faults = _faults(chance)
    await _jump(office)
    assert all(one.payment.document.is_final for one in await office.listed(PAYMENTS))
    paid = sum([await _is_issued(office, order_id) for order_id in orders])
    expected = {ledger.clearing(Method.WECHAT): 8000 * paid, ledger.sales(SITE): -8000 * paid} if paid else {}
    assert await _balances(office) == expected
    assert office.bank.held_fen == 8000 * paid
    async with office.store.reading() as work:
        assert all(row.next_at is None for row in (await work.session.exec(select(PaymentRefundRow))).all())


def _faults(chance: random.Random) -> deque[str]:
    return deque(chance.choice(("ok", "ok", "lost", "deaf")) for _ in range(chance.randrange(8)))


async def _somebody_acts(office: Office, chance: random.Random, payments: list[Payment]) -> None:
    numbers = [number for number, trade in office.bank.trades.items() if not trade.is_closed and trade.paid is None]
    if numbers and chance.random() < 0.6:
        number = chance.choice(numbers)
        office.bank.pay(number)
        for _ in range(chance.randrange(3)):
            await _notify(office, number)
    if payments and chance.random() < 0.3:
        await office.payments.give_up(chance.choice(payments).payment_id)
    if payments and chance.random() < 0.2:
        order = await office.sales.order(chance.choice(payments).order_id)
        if order.state is not OrderState.PAID:
            await office.sales.cancel(order.order_id, office.seller, office.clock())


async def _jump(office: Office) -> None:
    """Let hours pass."""
    for _ in range(60):
        office.clock.advance(seconds=120)
        await office.payments.follow()
        await office.payments.refunds.follow()
        await office.sales.expire(office.clock())
