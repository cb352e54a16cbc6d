"""Payments of an agent's orders: begun, and waited for.

Laws: who waits is answered as soon as the payment's state is another one, by whichever process it changed; an agent pays and sees
what it sold itself.
"""

import asyncio

from central.domain.idempotency import IdempotencyKey
from central.domain.principal import ScopedNumber
from central.payments.documents import Payment
from central.payments.methods import Method
from central.payments.rules.payment_states import ENDS, PaymentState
from central.payments.service import Payments, Start
from central.shop.own_sales import OwnSales
from central.shop.sellers import SellingAgent
from protocol.instants import Instant

LONGEST_WAIT_S = 25
# Another process may have died between its commit and its word.
LOOK_AGAIN_S = 1.0


class PaymentNews:
    """Wakes all who wait for a payment: some order, payment or ticket has changed. It belongs to one event loop."""

    def __init__(self) -> None:
        self._news = asyncio.Event()
        self.has_ended = False

    def wake(self) -> None:
        """Let all who wait look again."""
        told, self._news = self._news, asyncio.Event()
        told.set()

    def end(self) -> None:
        """End all waiting: the server stops."""
        self.has_ended = True
        self.wake()

    def next(self) -> asyncio.Event:
        """Return what is set at the next news; take it before you look."""
        return self._news


class ShopPayments:
    """Takes the money for what agents sell."""

    def __init__(self, payments: Payments, own: OwnSales, news: PaymentNews) -> None:
        """Take the payments, what knows whose an order is, and what tells of changes."""
        self._payments = payments
        self._own = own
        self._news = news

    async def start(
        self, agent: SellingAgent, order_id: int, how: tuple[Method, str | None], once: IdempotencyKey, now: Instant
    ) -> Payment:
        """Begin a payment by an institution, and by the payer's code or a QR; Problem as for a seller, or of another's order."""
        await self._own.require(agent, ScopedNumber.ORDER, order_id)
        method, auth_code = how
        return await self._payments.start(Start(order_id, method, auth_code, agent.user_id), once, now)

    async def awaited(self, agent: SellingAgent, payment_id: int, known: PaymentState | None, wait_s: int) -> Payment:
        """Return a payment once its state is not the one that is known, or has an end, or after so many seconds."""
        await self._own.require(agent, ScopedNumber.PAYMENT, payment_id)
        loop = asyncio.get_running_loop()
        until_s = loop.time() + min(wait_s, LONGEST_WAIT_S)
        while True:
            news = self._news.next()
            payment = await self._payments.payment(payment_id)
            state, left_s = payment.document.state, until_s - loop.time()
            if state is not known or state in ENDS or left_s <= 0 or self._news.has_ended:
                return payment
            await _within(min(left_s, LOOK_AGAIN_S), news)


async def _within(most_s: float, event: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(most_s):
            await event.wait()
    except TimeoutError:
        return
