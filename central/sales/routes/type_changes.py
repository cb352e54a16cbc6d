"""Changes of how a type is sold over HTTP: what one would touch, and the planned ones."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from aiohttp import web
from pydantic import AwareDatetime, BaseModel, Field

from central.catalog.after_sale import AfterSaleRules
from central.catalog.routes.ticket_types import SaleBody, TicketTypePath
from central.catalog.sale import SaleRules
from central.domain.names import PersonName, TicketTypeName
from central.domain.problems import ProblemCode
from central.domain.views import Moment, View, read_from, within
from central.identity.permissions import Permission
from central.sales.type_changes import TypeChanges
from central.web.operations import Call, Route
from protocol.identifiers import TicketTypeId
from protocol.instants import from_datetime

TYPE_CHANGES: web.AppKey[TypeChanges] = web.AppKey("type_changes", TypeChanges)
_LATEST = datetime.fromisoformat("2199-12-31T00:00:00+00:00")


class PlanBody(SaleBody):
    """How a type is to be sold from `effective_at` on."""

    effective_at: Annotated[AwareDatetime, Field(le=_LATEST)]


class ChangePath(TicketTypePath):
    """Which change of which type."""

    change_id: Annotated[int, Field(ge=1, lt=2**63)]


class TouchedView(View):
    """What a change would touch. Sold tickets keep the rules of their sale, and held orders keep their price.

    Valid tickets may still be used; inactive ones wait for their activation code.
    """

    changed: list[str]
    valid_tickets: int
    inactive_tickets: int
    held_orders: int


class ChangeView(View, alias_generator=within("sale")):
    """A planned change."""

    change_id: int
    ticket_type: Annotated[TicketTypeName, read_from("type_id")]
    effective_at: Moment
    price_fen: int
    is_on_sale: bool
    rules: SaleRules | None
    after_sale: AfterSaleRules | None
    planned_at: Moment
    planned_by: PersonName


class ChangesView(BaseModel):
    """The planned changes of a type, the next first."""

    items: list[ChangeView]


@Route("POST", "/api/v1/ticket-types/{ticket_type_id}/sale-previews", Permission.CATALOG_EDIT, problems=(ProblemCode.NOT_FOUND,))
async def preview_ticket_type_sale(call: Call[SaleBody, TicketTypePath]) -> TouchedView:
    """Preview what a change of how a type is sold would touch; nothing is stored."""
    type_id = TicketTypeId(call.parameters.ticket_type_id)
    found = await call.request.app[TYPE_CHANGES].touched(type_id, call.body.stated(), call.now)
    return TouchedView.of(found)


@Route(
    "POST",
    "/api/v1/ticket-types/{ticket_type_id}/sale-changes",
    Permission.CATALOG_EDIT,
    status=HTTPStatus.CREATED,
    problems=(ProblemCode.NOT_FOUND, ProblemCode.CONFLICT),
    once=True,
)
async def plan_ticket_type_sale(call: Call[PlanBody, TicketTypePath]) -> ChangeView:
    """Plan a change of how a type is sold from a time on; tickets that are sold before keep theirs."""
    changes, type_id = call.request.app[TYPE_CHANGES], TicketTypeId(call.parameters.ticket_type_id)
    at, by = from_datetime(call.body.effective_at), call.principal.user_id
    return ChangeView.of(await changes.plan(type_id, call.body.stated(), at, by, call.now))


@Route("GET", "/api/v1/ticket-types/{ticket_type_id}/sale-changes", Permission.CATALOG_READ, problems=(ProblemCode.NOT_FOUND,))
async def read_ticket_type_sale_changes(call: Call[None, TicketTypePath]) -> ChangesView:
    """Read the planned changes of how a type is sold, the next first."""
    found = await call.request.app[TYPE_CHANGES].changes(TicketTypeId(call.parameters.ticket_type_id))
    return ChangesView(items=[ChangeView.of(one) for one in found])


@Route(
    "DELETE",
    "/api/v1/ticket-types/{ticket_type_id}/sale-changes/{change_id}",
    Permission.CATALOG_EDIT,
    status=HTTPStatus.NO_CONTENT,
    problems=(ProblemCode.NOT_FOUND,),
)
async def drop_ticket_type_sale_change(call: Call[None, ChangePath]) -> None:
    """Cancel a planned change of how a type is sold."""
    asked, changes = call.parameters, call.request.app[TYPE_CHANGES]
    await changes.drop(TicketTypeId(asked.ticket_type_id), asked.change_id, call.principal.user_id, call.now)


OPERATIONS = (
    preview_ticket_type_sale,
    plan_ticket_type_sale,
    read_ticket_type_sale_changes,
    drop_ticket_type_sale_change,
)
