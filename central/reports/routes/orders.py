"""One order whole, over HTTP: what was bought, how it was paid, and what went back."""

from typing import Annotated

from pydantic import Field

from central.domain.problems import ProblemCode
from central.identity.permissions import Permission
from central.payments.routes import PaymentView
from central.refunds.routes.refunds import RefundView
from central.reports.routes.lists import PaymentRefundView
from central.reports.routes.pages import REPORTS
from central.sales.routes.orders import OrderPath, OrderView, order_view
from central.web.operations import Call, Route


class WholeOrderView(OrderView):
    """An order with its lines, its tickets, its payments and its refunds: enough to print a receipt, and to answer a visitor."""

    payments: list[PaymentView]
    payment_refunds: Annotated[list[PaymentRefundView], Field(description="money on its way back through institutions")]
    refunds: list[RefundView]
    refunded_fen: Annotated[int, Field(description="what refunds have given back")]


@Route("GET", "/api/v1/orders/{order_id}", Permission.SALES_READ, problems=(ProblemCode.NOT_FOUND,))
async def read_order(call: Call[None, OrderPath]) -> WholeOrderView:
    """Read an order whole: its lines and tickets, its payments, and its refunds."""
    found = await call.request.app[REPORTS].whole_order(call.parameters.order_id)
    return WholeOrderView(
        **dict(order_view(found.order)),
        payments=[PaymentView.of(one) for one in found.payments],
        payment_refunds=[PaymentRefundView.of(one) for one in found.payment_refunds],
        refunds=[RefundView.of(one) for one in found.refunds],
        refunded_fen=found.refunded_fen,
    )


OPERATIONS = (read_order,)
