"""Orders paid through the simulated institutions by our real clients: faults on the wire, and a bill without a difference."""

from collections.abc import AsyncIterator

import pytest

from central.payments import ledger
from central.payments.documents import Payment
from central.payments.institution_refunds import World
from central.payments.methods import Method
from central.payments.reconciliation import Reconciliation
from central.payments.refund_split import Returning
from central.payments.rules.payment_states import PaymentState
from central.payments.service import Payments, Start
from central.sales.rules.pricing import OrderState
from hardware_sims.payment_institutions.desk import Desk
from hardware_sims.payment_institutions.faults import Fault, Operation
from hardware_sims.payment_institutions.institutions import InstitutionsSetup
from hardware_sims.payment_institutions.trades import TradeState
from protocol.identifiers import SiteId
from tests.builders.central import SeededBytes
from tests.builders.institution import configured
from tests.builders.institution_clients import Counter, counter
from tests.builders.institutions import town
from tests.builders.office import Office, once

pytestmark = [pytest.mark.real_time, pytest.mark.law(7)]
SITE = SiteId(1)


class Booth:
    """An office that takes money through one institution, in the institution's time."""

    def __init__(self, office: Office, at: Counter, method: Method) -> None:
        self.office, self.at, self.method = office, at, method
        world = World(configured({method: at.client}), at.now, SeededBytes("numbers"))
        self.payments = Payments(office.store, office.sales, world)
        self.reconciliation = Reconciliation(office.store, world)
        self.orders = 0

    @property
    def desk(self) -> Desk:
        return self.at.desk

    async def order(self) -> int:
        """Make an order that waits."""
        self.orders += 1
        self.office.clock.now = self.at.now()
        return (await self.office.hold(await self.office.ticket_type(), f"hold-{self.orders:04}")).order_id

    async def start(self, order_id: int, payer: str | None = None) -> Payment:
        """Begin to pay it by the payer's code, or by a QR."""
        code = None if payer is None else self.desk.make_auth_code(payer)
        wanted = Start(order_id, self.method, code, self.office.seller)
        return await self.payments.start(wanted, once(f"start-{order_id:04}"), self.at.now())

    async def wait(self, seconds: int, step_s: int = 5) -> None:
        """Let time pass with the jobs running, and receive the notifications meanwhile."""
        for _ in range(0, seconds, step_s):
            await self.at.there.wait(step_s)
            told, self.at.there.merchant.told = self.at.there.merchant.told, []
            for one in told:
                heard = await self.payments.receive(self.method, one.headers, one.body.encode(), self.at.now())
                assert heard.status == 200
            await self.payments.follow()
            await self.payments.refunds.follow()

    async def state(self, payment: Payment) -> PaymentState:
        return (await self.payments.payment(payment.payment_id)).document.state

    async def balances(self) -> dict[str, int]:
        async with self.office.store.reading() as work:
            found = await ledger.balances(work)
        assert sum(found.values()) == 0
        return {account: amount for account, amount in found.items() if amount}


@pytest.fixture(params=(Method.WECHAT, Method.ALIPAY))
async def booth(office: Office, request: pytest.FixtureRequest) -> AsyncIterator[Booth]:
    setup = InstitutionsSetup(started_at_ms=office.clock(), check_age=False)
    async with town(setup) as there:
        with counter(there, request.param) as at:
            yield Booth(office, at, request.param)


async def test_a_day_with_lost_replies_a_reversal_and_a_refund_matches_its_bill(booth: Booth) -> None:
    shown, charged, lost, refunded = [await booth.order() for _ in range(4)]
    by_qr = await booth.start(shown)
    assert by_qr.qr is not None
    named = booth.at.other_side.trade_named(by_qr.qr)
    assert named is not None
    booth.desk.confirm(named, "zhang")
    booth.desk.faults.switch(Fault.LOST_REPLY, count=1, operations=frozenset({Operation.PAY_CODE}))
    by_code = await booth.start(charged, "li")
    assert await booth.state(by_code) is PaymentState.SENT
    await booth.wait(10)
    assert [await booth.state(one) for one in (by_qr, by_code)] == [PaymentState.PAID, PaymentState.PAID]
    booth.desk.faults.switch(Fault.MISSING_NOTIFY)
    booth.desk.faults.switch(Fault.LOST_REPLY, operations=frozenset({Operation.PAY_CODE, Operation.QUERY}))
    booth.desk.faults.switch(Fault.SYSTEM_ERROR, count=2, operations=frozenset({Operation.REVERSE}))
    reversed_ = await booth.start(lost, "wang")
    await booth.wait(120)
    for fault in (Fault.LOST_REPLY, Fault.MISSING_NOTIFY):
        booth.desk.faults.switch(fault, on=False)
    assert await booth.state(reversed_) is PaymentState.REVERSED
    await booth.start(refunded, "zhao")
    async with booth.office.store.transaction() as work:
        await booth.payments.give_back(work, Returning(refunded, SITE, 3000, None, booth.office.seller), booth.at.now())
    await booth.wait(500, 20)
    states = [(await booth.office.sales.order(one)).state for one in (shown, charged, lost, refunded)]
    assert states == [OrderState.PAID, OrderState.PAID, OrderState.OPEN, OrderState.PAID]
    assert await booth.balances() == {ledger.clearing(booth.method): 21000, ledger.sales(SITE): -21000}
    await booth.at.there.wait(26 * 3600)
    assert await booth.reconciliation.match_due() == 1
    assert await booth.office.differences.differences(None, 50, None) == ()


@pytest.mark.parametrize(
    "fault", [Fault.USERPAYING_THEN_SUCCESS, Fault.DUPLICATE_NOTIFY, Fault.MISSING_NOTIFY, Fault.DELAYED_NOTIFY]
)
async def test_with_every_fault_of_the_wire_a_code_is_paid_once(booth: Booth, fault: Fault) -> None:
    booth.desk.faults.switch(fault)
    order_id = await booth.order()
    await booth.start(order_id, "zhang")
    await booth.wait(70)
    assert len((await booth.office.sales.order(order_id)).tickets) == 1
    assert await booth.balances() == {ledger.clearing(booth.method): 8000, ledger.sales(SITE): -8000}


@pytest.mark.parametrize("payer", [None, "zhang"])
async def test_a_success_that_races_the_reversal_ends_where_the_document_says(booth: Booth, payer: str | None) -> None:
    booth.desk.faults.switch(Fault.REVERSE_RACES_SUCCESS)
    order_id = await booth.order()
    booth.desk.faults.switch(Fault.LOST_REPLY, count=1, operations=frozenset({Operation.PAY_CODE}))
    payment = await booth.start(order_id, payer)
    await booth.payments.give_up(payment.payment_id)
    await booth.wait(120)
    state = await booth.state(payment)
    is_paid = (await booth.office.sales.order(order_id)).state is OrderState.PAID
    assert state in (PaymentState.PAID, PaymentState.REVERSED, PaymentState.RETURNED)
    assert is_paid == (state is PaymentState.PAID)
    trade = booth.desk.trade(payment.number or "")
    assert trade is not None
    kept_fen = trade.order.amount_fen - trade.refunded_fen if trade.state is TradeState.PAID else 0
    assert (await booth.balances()).get(ledger.clearing(booth.method), 0) == kept_fen
