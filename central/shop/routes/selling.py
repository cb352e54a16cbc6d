"""Where the routes of the shop find it, and the agent that calls as a seller."""

from aiohttp import web

from central.domain.problems import ProblemCode
from central.shop.sellers import SellingAgent
from central.shop.service import Shop
from central.sync.routes.signed_calls import SignedCall
from central.web.operations import BodyT, ParametersT

SHOP: web.AppKey[Shop] = web.AppKey("shop", Shop)
ROOT = "/agent/v1/shop"
# An agent of another role does not sell.
NOT_A_SELLER = (ProblemCode.FORBIDDEN,)


def shop_of(call: SignedCall[BodyT, ParametersT]) -> Shop:
    """Return the shop."""
    return call.request.app[SHOP]


async def seller_of(call: SignedCall[BodyT, ParametersT]) -> SellingAgent:
    """Return the agent that calls as a seller; Problem where its role does not sell."""
    return await shop_of(call).agents.of(call.agent, call.now)
