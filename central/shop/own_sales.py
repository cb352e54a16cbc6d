"""What an agent sells: quoted, held until it is paid, cancelled, read.

Laws: site, channel and seller are the agent's own, and never what it asks for; for an agent, an order of another seller does not
exist.
"""

from dataclasses import dataclass

from central.domain.idempotency import IdempotencyKey
from central.domain.principal import ScopedNumber
from central.domain.problems import Problem, ProblemCode
from central.domain.saying import Said
from central.payments.documents import AtOnce
from central.payments.methods import Method
from central.sales.buyers import Buyer
from central.sales.data_scope import OrderScopeGuard
from central.sales.orders import Order
from central.sales.rules.pricing import WantedLine
from central.sales.service import Quote, Sales, Wanted
from central.shop.messages import ORDER_NOT_YOURS, PAYMENT_NOT_YOURS
from central.shop.sellers import SellingAgent
from protocol.instants import Instant


@dataclass(frozen=True, slots=True)
class Cart:
    """What a buyer wants of an agent."""

    lines: tuple[WantedLine, ...]
    buyer: Buyer
    promoter_code: str | None = None


class OwnSales:
    """Sells for agents."""

    def __init__(self, sales: Sales, guard: OrderScopeGuard) -> None:
        """Take the sales, and what knows whose an order is."""
        self._sales = sales
        self._guard = guard

    async def require(self, agent: SellingAgent, subject: ScopedNumber, number: int) -> None:
        """Raise Problem where a number is not of an order that the agent has sold."""
        if not await self._guard.sees(agent.principal, subject, number):
            raise Problem(ProblemCode.NOT_FOUND, _not_yours(subject, number))

    async def quote(self, agent: SellingAgent, cart: Cart, now: Instant) -> Quote:
        """Return what it costs now; Problem where the agent may not sell it."""
        return await self._sales.quote(_wanted(agent, cart), now)

    async def hold(self, agent: SellingAgent, cart: Cart, expected_fen: int, once: IdempotencyKey, now: Instant) -> Order:
        """Make an order that waits for its money; what costs nothing has its tickets at once. Problem as for a sale."""
        wanted = _wanted(agent, cart)
        if expected_fen == 0:
            return await self._sales.sell(wanted, 0, AtOnce(Method.CASH, agent.user_id), once, now)
        return await self._sales.hold(wanted, expected_fen, once, agent.user_id, now)

    async def cancel(self, agent: SellingAgent, order_id: int, now: Instant) -> Order:
        """Cancel an order that waits; money that still arrives is returned. Problem where it is paid, or another's."""
        await self.require(agent, ScopedNumber.ORDER, order_id)
        return await self._sales.cancel(order_id, agent.user_id, now)

    async def order(self, agent: SellingAgent, order_id: int) -> Order:
        """Return an order, with its tickets once it is paid; Problem where it is another's."""
        await self.require(agent, ScopedNumber.ORDER, order_id)
        return await self._sales.order(order_id)


def _not_yours(subject: ScopedNumber, number: int) -> Said:
    is_payment = subject is ScopedNumber.PAYMENT
    return PAYMENT_NOT_YOURS.of(payment_id=number) if is_payment else ORDER_NOT_YOURS.of(order_id=number)


def _wanted(agent: SellingAgent, cart: Cart) -> Wanted:
    return Wanted(agent.site_id, cart.lines, agent.seller.channel, cart.buyer, agent.seller, cart.promoter_code)
