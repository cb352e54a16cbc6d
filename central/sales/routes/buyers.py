"""Who bought an order, in full, over HTTP."""

from aiohttp import web

from central.domain.problems import ProblemCode
from central.identity.permissions import Permission
from central.sales.buyers import Buyers
from central.sales.routes.orders import BuyerView, OrderPath
from central.web.operations import Call, Route

BUYERS: web.AppKey[Buyers] = web.AppKey("buyers", Buyers)


@Route("GET", "/api/v1/orders/{order_id}/buyer", Permission.HOLDERS_READ, problems=(ProblemCode.NOT_FOUND,))
async def read_buyer_in_full(call: Call[None, OrderPath]) -> BuyerView:
    """Read who bought an order, in full, which is audited."""
    order_id = call.parameters.order_id
    return BuyerView.of(await call.request.app[BUYERS].in_full(order_id, call.principal.user_id, call.now))


OPERATIONS = (read_buyer_in_full,)
