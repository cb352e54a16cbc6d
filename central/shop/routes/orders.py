"""An agent's orders over HTTP: quoted, held, read, cancelled."""

from http import HTTPStatus
from typing import Annotated

from pydantic import Field

from central.domain.models import StrictModel
from central.domain.problems import ProblemCode
from central.domain.texts import PRINTABLE
from central.sales.buyers import Buyer
from central.sales.routes.orders import (
    MOST_LINES,
    MOST_TOTAL_FEN,
    SALE_REFUSALS,
    BuyerName,
    BuyerPhone,
    LineBody,
    OrderPath,
    OrderView,
    QuoteView,
    order_view,
    quote_view,
    wanted_line,
)
from central.shop.own_sales import Cart
from central.shop.routes.selling import NOT_A_SELLER, ROOT, seller_of, shop_of
from central.sync.routes.signed_calls import SignedCall, SignedRoute


class ShopCartBody(StrictModel):
    """What a buyer wants; site, channel and seller are the agent's own."""

    buyer_phone: BuyerPhone = None
    buyer_name: BuyerName = None
    lines: Annotated[list[LineBody], Field(min_length=1, max_length=MOST_LINES)]
    promoter_code: Annotated[str | None, Field(min_length=1, max_length=40, pattern=PRINTABLE)] = None

    def cart(self) -> Cart:
        """Return it as the service takes it."""
        lines = tuple(wanted_line(line) for line in self.lines)
        return Cart(lines, Buyer(self.buyer_name, self.buyer_phone), self.promoter_code)


class ShopHoldBody(ShopCartBody):
    """What was quoted, and its total; what costs nothing has its tickets at once."""

    expected_total_fen: Annotated[int, Field(ge=0, le=MOST_TOTAL_FEN)]


@SignedRoute("POST", f"{ROOT}/quotes", problems=(*SALE_REFUSALS, *NOT_A_SELLER))
async def quote_shop_order(call: SignedCall[ShopCartBody, None]) -> QuoteView:
    """Quote an agent's order: what it costs now; nothing is stored."""
    return quote_view(await shop_of(call).sales.quote(await seller_of(call), call.body.cart(), call.now))


@SignedRoute(
    "POST",
    f"{ROOT}/orders",
    status=HTTPStatus.CREATED,
    problems=(*SALE_REFUSALS, ProblemCode.TOTAL_CHANGED, *NOT_A_SELLER),
    idempotent=True,
)
async def hold_shop_order(call: SignedCall[ShopHoldBody, None]) -> OrderView:
    """Make an agent's order, which waits for its money for some minutes; pay it by `startShopPayment`.

    What costs nothing is sold at once: the answer holds the tickets.
    """
    agent, body = await seller_of(call), call.body
    return order_view(await shop_of(call).sales.hold(agent, body.cart(), body.expected_total_fen, call.once, call.now))


@SignedRoute("GET", f"{ROOT}/orders/{{order_id}}", problems=(ProblemCode.NOT_FOUND, *NOT_A_SELLER))
async def read_shop_order(call: SignedCall[None, OrderPath]) -> OrderView:
    """Read an order that the agent made, with its tickets and their codes once it is paid."""
    return order_view(await shop_of(call).sales.order(await seller_of(call), call.parameters.order_id))


@SignedRoute(
    "POST", f"{ROOT}/orders/{{order_id}}/cancel", problems=(ProblemCode.NOT_FOUND, ProblemCode.ORDER_STATE, *NOT_A_SELLER)
)
async def cancel_shop_order(call: SignedCall[None, OrderPath]) -> OrderView:
    """Cancel an agent's order that waits for its money; money that still arrives for it is returned."""
    return order_view(await shop_of(call).sales.cancel(await seller_of(call), call.parameters.order_id, call.now))


OPERATIONS = (quote_shop_order, hold_shop_order, read_shop_order, cancel_shop_order)
