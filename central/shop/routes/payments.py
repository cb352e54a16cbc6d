"""Payments of an agent's orders over HTTP."""

from http import HTTPStatus
from typing import Annotated

from pydantic import Field

from central.domain.problems import ProblemCode
from central.payments.methods import Method
from central.payments.routes import PaymentPath, PaymentView, StartBody
from central.payments.rules.payment_states import PaymentState
from central.sales.routes.orders import OrderPath
from central.shop.payments import LONGEST_WAIT_S
from central.shop.routes.selling import NOT_A_SELLER, ROOT, seller_of, shop_of
from central.sync.routes.signed_calls import SignedCall, SignedRoute


class AwaitedPath(PaymentPath):
    """Which payment, in which state the agent knows it, and how long it waits for another one."""

    state: Annotated[PaymentState | None, Field(description="state that the agent knows; left out: it is answered at once")] = (
        None
    )
    wait_s: Annotated[int, Field(ge=0, le=LONGEST_WAIT_S, description="how long to wait for another state, in seconds")] = 0


@SignedRoute(
    "POST",
    f"{ROOT}/orders/{{order_id}}/payments",
    status=HTTPStatus.CREATED,
    problems=(ProblemCode.NOT_FOUND, ProblemCode.ORDER_STATE, ProblemCode.PAYMENT_METHOD, *NOT_A_SELLER),
    idempotent=True,
)
async def start_shop_payment(call: SignedCall[StartBody, OrderPath]) -> PaymentView:
    """Begin to pay an agent's order: show its `qr`, or wait for the payer whose code was scanned; then `awaitShopPayment`."""
    how = Method(call.body.method), call.body.auth_code
    agent, order_id = await seller_of(call), call.parameters.order_id
    return PaymentView.of(await shop_of(call).payments.start(agent, order_id, how, call.once, call.now))


@SignedRoute("GET", f"{ROOT}/payments/{{payment_id}}", problems=(ProblemCode.NOT_FOUND, *NOT_A_SELLER))
async def await_shop_payment(call: SignedCall[None, AwaitedPath]) -> PaymentView:
    """Wait until a payment of the agent's order is in another state; a state that is final is answered at once."""
    asked, payments = call.parameters, shop_of(call).payments
    return PaymentView.of(await payments.awaited(await seller_of(call), asked.payment_id, asked.state, asked.wait_s))


OPERATIONS = (start_shop_payment, await_shop_payment)
