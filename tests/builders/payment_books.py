"""What must be true of an order when all about it is over: our books against the institutions' own.

`Violation` names what is not true.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

from sqlmodel import col, func, select

from central.payments import ledger
from central.payments.differences import BILL_ZONE
from central.payments.documents import payment_of
from central.payments.methods import INSTITUTIONS
from central.payments.reconciliation import READY_HOUR
from central.payments.rules.difference_causes import Cause
from central.payments.rules.payment_states import PaymentState
from central.payments.rules.refund_states import REFUND_ENDS, RefundDocumentState
from central.sales.orders import Order
from central.sales.rules.pricing import OrderState
from central.store.tables.money import LedgerRow, RefundRow
from central.store.tables.payments import DifferenceRow, PaymentRefundRow, PaymentRow
from central.store.unit_of_work import Work
from hardware_sims.payment_institutions.alipay import Alipay
from hardware_sims.payment_institutions.faults import Fault
from hardware_sims.payment_institutions.trades import RefundState, TradeState
from hardware_sims.payment_institutions.wechat import WeChat
from protocol.identifiers import SiteId
from protocol.instants import from_datetime, to_datetime
from tests.builders.payment_premises import Premises
from tests.builders.world import Violation

SALES = ledger.sales(SiteId(1))
STUCK = frozenset({RefundDocumentState.CLOSED, RefundDocumentState.ABNORMAL})
# Differences that may be in the queue after a day of faults; any other would be our fault.
EXPECTED = frozenset({Cause.MONEY_RETURNED, Cause.REFUND_CLOSED, Cause.REFUND_ABNORMAL})


async def check(premises: Premises, server: WeChat | Alipay, order_id: int, total_fen: int) -> list[object]:
    """Check one order; return how everything of it has ended."""
    order = await premises.office.sales.order(order_id)
    async with premises.store.reading() as work:
        payments = (await work.session.exec(select(PaymentRow).where(PaymentRow.order_id == order_id))).all()
        backs = await _backs(work, payments)
        balances = await _balances(work, order_id)
        refunded_fen = await _sum(work, order_id)
        named = set((await work.session.exec(select(DifferenceRow.subject))).all())
    _documents(order, payments, backs)
    held_fen = sum(_held_fen(server, row.number) for row in payments if row.number is not None)
    stuck = [row for row in backs if row.state in STUCK]
    stuck_fen = sum(row.amount_fen for row in stuck)
    clearing_fen = sum(balances[ledger.clearing(method)] for method in INSTITUTIONS)
    owed_fen = sum(balances[ledger.owed(method)] for method in INSTITUTIONS)
    kept_fen = total_fen - refunded_fen if order.state is OrderState.PAID else 0
    _must(clearing_fen == held_fen, "the institution holds what the ledger says", (clearing_fen, held_fen))
    _must(-owed_fen == stuck_fen, "only what a person must decide is owed", (owed_fen, stuck_fen))
    _must(all(row.number in named for row in stuck), "what a person must decide is said", stuck)
    _must(-balances[SALES] == kept_fen, "every order is paid and issued, or its money returned", (balances, kept_fen))
    _must(sum(balances.values()) == 0, "the ledger sums to zero", balances)
    return [order.state, *(row.state for row in payments), *(row.state for row in backs), *sorted(balances.items())]


async def next_morning(premises: Premises) -> None:
    """Let the next day's bills come."""
    local = to_datetime(premises.clock(), BILL_ZONE)
    morning = local.replace(hour=READY_HOUR + 1, minute=0, second=0, microsecond=0) + timedelta(days=1)
    await premises.until(from_datetime(morning))


async def match_bills(premises: Premises) -> None:
    """Match all bills that exist: only what is in the queue already may differ."""
    premises.life.left = None
    for method in INSTITUTIONS:
        for fault in Fault:
            premises.server(method).desk.faults.switch(fault, on=False)
    await premises.reconciliation().match_due()
    async with premises.store.reading() as work:
        odd = (await work.session.exec(select(DifferenceRow).where(col(DifferenceRow.cause).not_in(EXPECTED)))).all()
        _must(not odd, "every line of the bills matches", odd)
        _must(sum((await ledger.balances(work)).values()) == 0, "the ledger sums to zero", "all orders")


def _documents(order: Order, payments: Sequence[PaymentRow], backs: Sequence[PaymentRefundRow]) -> None:
    states = [row.state for row in payments], [row.state for row in backs]
    _must(all(payment_of(row).document.is_final for row in payments), "every payment is final", states)
    _must(all(row.state in REFUND_ENDS and row.next_at is None for row in backs), "every refund is final", states)
    _must(order.state is not OrderState.OPEN, "every order ends", order.state)
    _must((order.state is OrderState.PAID) == bool(order.tickets), "tickets exist with the payment", order)
    paid = [row for row in payments if row.state == PaymentState.PAID]
    _must(len(paid) == (order.state is OrderState.PAID), "an order is paid once", states)


def _held_fen(server: WeChat | Alipay, number: str) -> int:
    trade = server.desk.trade(number)
    if trade is None or trade.state is not TradeState.PAID:
        return 0
    gone = [one for one in server.desk.bank.refunds() if one.request.out_trade_no == number and one.state is RefundState.SUCCESS]
    return trade.order.amount_fen - sum(one.request.amount_fen for one in gone)


async def _backs(work: Work, payments: Sequence[PaymentRow]) -> Sequence[PaymentRefundRow]:
    of_payments = col(PaymentRefundRow.payment_id).in_([row.id for row in payments])
    return (await work.session.exec(select(PaymentRefundRow).where(of_payments))).all()


async def _sum(work: Work, order_id: int) -> int:
    query = select(func.coalesce(func.sum(RefundRow.amount_fen), 0)).where(RefundRow.order_id == order_id)
    return int((await work.session.exec(query)).one())


async def _balances(work: Work, order_id: int) -> Counter[str]:
    found: Counter[str] = Counter()
    query = select(LedgerRow.debit, LedgerRow.credit, LedgerRow.amount_fen).where(LedgerRow.order_id == order_id)
    for debit, credit, amount_fen in (await work.session.exec(query)).all():
        found[debit] += amount_fen
        found[credit] -= amount_fen
    return found


def _must(holds: bool, name: str, detail: object) -> None:  # noqa: FBT001 - reads as an assertion
    if not holds:
        raise Violation(name, detail)
