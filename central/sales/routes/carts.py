"""Suspended carts over HTTP."""

from http import HTTPStatus
from typing import Annotated

from aiohttp import web
from pydantic import Field

from central.domain.models import StrictModel
from central.domain.names import SiteName
from central.domain.pagination import Page, PageQuery, page_of
from central.domain.problems import ProblemCode
from central.domain.texts import PRINTABLE
from central.domain.views import Moment, View, within
from central.identity.permissions import Permission
from central.sales.carts import Carts, Draft
from central.sales.routes.orders import QuoteBody
from central.web.operations import Call, Route
from protocol.identifiers import SiteId

CARTS: web.AppKey[Carts] = web.AppKey("carts", Carts)


class SuspendBody(StrictModel):
    """A cart, and the name by which the seller knows it."""

    name: Annotated[str, Field(min_length=1, max_length=64, pattern=PRINTABLE)]
    cart: QuoteBody


class CartPath(StrictModel):
    """Which cart."""

    cart_id: Annotated[int, Field(ge=1, lt=2**63)]


class CartItem(View, alias_generator=within("draft")):
    """A cart that is set aside; it holds no places, and is deleted at `expires_at`."""

    cart_id: int
    site: SiteName
    name: str
    tickets: int
    created_at: Moment
    expires_at: Moment


class CartView(CartItem):
    """A cart with its content, for a new quote."""

    cart: QuoteBody


@Route(
    "POST",
    "/api/v1/suspended-carts",
    Permission.SALES_SELL,
    status=HTTPStatus.CREATED,
    problems=(ProblemCode.NOT_FOUND, ProblemCode.CONFLICT),
    idempotent=True,
)
async def suspend_cart(call: Call[SuspendBody, None]) -> CartItem:
    """Set a cart aside under a name; nothing is held for it."""
    cart = call.body.cart
    tickets = sum(line.quantity for line in cart.lines)
    draft = Draft(SiteId(cart.site_id), call.body.name, tickets, cart.model_dump_json())
    return CartItem.of(await call.request.app[CARTS].suspend(draft, call.once, call.principal.user_id, call.now))


@Route("GET", "/api/v1/suspended-carts", Permission.SALES_SELL)
async def list_suspended_carts(call: Call[None, PageQuery]) -> Page[CartItem]:
    """List the carts that the caller has set aside, by number."""
    found = await call.request.app[CARTS].carts(call.principal.user_id, call.now)
    return page_of([CartItem.of(one) for one in found], lambda one: one.cart_id, call.parameters)


@Route("POST", "/api/v1/suspended-carts/{cart_id}/recall", Permission.SALES_SELL, problems=(ProblemCode.NOT_FOUND,), once=True)
async def recall_cart(call: Call[None, CartPath]) -> CartView:
    """Recall a cart: it leaves the list, and the answer holds its content."""
    cart = await call.request.app[CARTS].recall(call.parameters.cart_id, call.principal.user_id, call.now)
    return CartView(**dict(CartItem.of(cart)), cart=QuoteBody.model_validate_json(cart.draft.stated))


@Route(
    "DELETE",
    "/api/v1/suspended-carts/{cart_id}",
    Permission.SALES_SELL,
    status=HTTPStatus.NO_CONTENT,
    problems=(ProblemCode.NOT_FOUND,),
)
async def drop_cart(call: Call[None, CartPath]) -> None:
    """Delete a cart that the caller has set aside."""
    await call.request.app[CARTS].drop(call.parameters.cart_id, call.principal.user_id, call.now)


OPERATIONS = (suspend_cart, list_suspended_carts, recall_cart, drop_cart)
