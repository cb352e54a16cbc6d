"""Orders of agencies, and their groups, over HTTP."""

from dataclasses import replace
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Literal

from aiohttp import web
from pydantic import AwareDatetime, BaseModel, Field

from central.agencies.group_names import GroupNames
from central.agencies.groups import GroupOrders
from central.agencies.routes.agencies import AgencyPath, ContactBody, ContactView
from central.agencies.rules.contracts import Charges, GroupState
from central.agencies.selling import AgencySales, Deal
from central.domain.names import AgencyName, PersonName
from central.domain.pagination import Page, PageQuery, from_cursor, page_from
from central.domain.problems import ProblemCode
from central.domain.texts import PRINTABLE
from central.domain.views import Moment, View, read_from
from central.identity.permissions import Permission
from central.payments.documents import AtOnce
from central.payments.methods import Method
from central.refunds.routes.refunds import WaitedForView
from central.sales.routes.orders import (
    MOST_TOTAL_FEN,
    SALE_REFUSALS,
    OrderPath,
    OrderView,
    PromotedBody,
    QuoteBody,
    QuoteView,
    order_view,
    quote_view,
    wanted_of,
)
from central.web.operations import Call, Route
from protocol.holders import DocumentType
from protocol.instants import from_datetime

AGENCY_SALES: web.AppKey[AgencySales] = web.AppKey("agency_sales", AgencySales)
LATEST = datetime.fromisoformat("2199-12-31T00:00:00+00:00")
GROUP_NAMES: web.AppKey[GroupNames] = web.AppKey("group_names", GroupNames)
GROUP_ORDERS: web.AppKey[GroupOrders] = web.AppKey("group_orders", GroupOrders)


class AgencyOrderBody(PromotedBody):
    """What an agency buys at its contract prices; with a `guide` it is a group order."""

    expected_total_fen: Annotated[int, Field(ge=0, le=MOST_TOTAL_FEN)]
    method: Literal["prepaid", "on_account", "cash", "card_terminal", "bank_transfer"]
    reference: Annotated[str | None, Field(min_length=1, max_length=64, pattern=PRINTABLE)] = None
    guide: ContactBody | None = None


class AgencyHoldBody(PromotedBody):
    """What an agency orders at its contract prices and pays later, until `expires_at`; with a `guide` it is a group order."""

    expected_total_fen: Annotated[int, Field(ge=1, le=MOST_TOTAL_FEN)]
    guide: ContactBody | None = None
    expires_at: Annotated[AwareDatetime, Field(le=LATEST)]


class GroupQuery(AgencyPath, PageQuery):
    """Whose group orders; a field that is left out does not restrict."""

    state: GroupState | None = None


class VisitorView(View):
    """A visitor of a group, in full."""

    name: str
    document_type: Annotated[DocumentType, read_from("document", "kind")]
    country: Annotated[str, read_from("document", "country")]
    number: Annotated[str, read_from("document", "number")]


class GroupNamesView(BaseModel):
    """The names of a group's visitors, as they were imported."""

    items: list[VisitorView]


class GroupOrderView(View):
    """A group order. `deducted_fen` went back to the agency for persons who did not come; the guide is masked.

    While it is ending, `waiting_for` names the gates that could still admit by it (only when it is read by itself).
    """

    order_id: int
    agency: AgencyName
    guide: ContactView
    charges: Charges
    state: GroupState
    planned_persons: int
    actual_persons: int | None
    deducted_fen: int | None
    ended_at: Moment | None
    ended_by: PersonName | None
    settled_at: Moment | None
    waiting_for: list[WaitedForView]


@Route("POST", "/api/v1/agencies/{agency_id}/quotes", Permission.SALES_SELL, problems=SALE_REFUSALS)
async def quote_agency_order(call: Call[QuoteBody, AgencyPath]) -> QuoteView:
    """Quote an order for an agency, at its contract prices; nothing is stored."""
    wanted = wanted_of(call.body, call.principal)
    return quote_view(await call.request.app[AGENCY_SALES].quote(call.parameters.agency_id, wanted, call.now))


@Route(
    "POST",
    "/api/v1/agencies/{agency_id}/orders",
    Permission.SALES_SELL,
    status=HTTPStatus.CREATED,
    problems=(*SALE_REFUSALS, ProblemCode.TOTAL_CHANGED, ProblemCode.AGENCY_FUNDS, ProblemCode.SHIFT_REQUIRED),
    idempotent=True,
)
async def sell_agency_order(call: Call[AgencyOrderBody, AgencyPath]) -> OrderView:
    """Sell to an agency, by its balance, on account, or for money that is there already: the answer holds the tickets."""
    body = call.body
    guide = None if body.guide is None else body.guide.stated()
    deal = Deal(call.parameters.agency_id, wanted_of(body, call.principal), body.expected_total_fen, guide)
    paid = AtOnce(Method(body.method), call.principal.user_id, body.reference)
    return order_view(await call.request.app[AGENCY_SALES].sell(deal, paid, call.once, call.now))


@Route(
    "POST",
    "/api/v1/agencies/{agency_id}/held-orders",
    Permission.SALES_SELL,
    status=HTTPStatus.CREATED,
    problems=(*SALE_REFUSALS, ProblemCode.TOTAL_CHANGED),
    idempotent=True,
)
async def hold_agency_order(call: Call[AgencyHoldBody, AgencyPath]) -> OrderView:
    """Make an agency's order that waits for its money; pay it by `payOrder`, also out of the agency's balance."""
    body = call.body
    guide = None if body.guide is None else body.guide.stated()
    wanted = replace(wanted_of(body, call.principal), expires_at=from_datetime(body.expires_at))
    deal = Deal(call.parameters.agency_id, wanted, body.expected_total_fen, guide)
    return order_view(await call.request.app[AGENCY_SALES].hold(deal, call.once, call.principal.user_id, call.now))


@Route("GET", "/api/v1/agencies/{agency_id}/group-orders", Permission.AGENCIES_READ, problems=(ProblemCode.NOT_FOUND,))
async def list_group_orders(call: Call[None, GroupQuery]) -> Page[GroupOrderView]:
    """List an agency's group orders, newest first."""
    asked = call.parameters
    found = await call.request.app[GROUP_ORDERS].groups(asked.agency_id, asked.state, from_cursor(asked.after), asked.one_more)
    return page_from(found, asked, lambda one: (one.order_id,), GroupOrderView.of)


@Route("GET", "/api/v1/group-orders/{order_id}", Permission.AGENCIES_READ, problems=(ProblemCode.NOT_FOUND,))
async def read_group_order(call: Call[None, OrderPath]) -> GroupOrderView:
    """Read a group order, and the gates that its settlement waits for."""
    return GroupOrderView.of(await call.request.app[GROUP_ORDERS].group(call.parameters.order_id, call.now))


@Route("GET", "/api/v1/group-orders/{order_id}/guide", Permission.HOLDERS_READ, problems=(ProblemCode.NOT_FOUND,))
async def read_group_guide(call: Call[None, OrderPath]) -> ContactView:
    """Read a group's guide in full, which is audited."""
    groups, number = call.request.app[GROUP_ORDERS], call.parameters.order_id
    return ContactView.of(await groups.guide(number, call.principal.user_id, call.now))


@Route("GET", "/api/v1/group-orders/{order_id}/names", Permission.HOLDERS_READ, problems=(ProblemCode.NOT_FOUND,))
async def read_group_names(call: Call[None, OrderPath]) -> GroupNamesView:
    """Read the names of a group's visitors in full, which is audited; none before they are imported."""
    names, number = call.request.app[GROUP_NAMES], call.parameters.order_id
    return GroupNamesView(items=[VisitorView.of(one) for one in await names.read(number, call.principal.user_id, call.now)])


@Route(
    "POST",
    "/api/v1/group-orders/{order_id}/end",
    Permission.AGENCIES_FUNDS,
    problems=(ProblemCode.NOT_FOUND, ProblemCode.ORDER_STATE, ProblemCode.TICKET_STATE),
    once=True,
)
async def end_group_order(call: Call[None, OrderPath]) -> GroupOrderView:
    """End a group's visit: its codes stop admitting; it is settled when every gate has reported that it knows."""
    groups, number = call.request.app[GROUP_ORDERS], call.parameters.order_id
    return GroupOrderView.of(await groups.end(number, call.principal.user_id, call.now))


OPERATIONS = (
    quote_agency_order,
    sell_agency_order,
    hold_agency_order,
    list_group_orders,
    read_group_order,
    read_group_guide,
    read_group_names,
    end_group_order,
)
