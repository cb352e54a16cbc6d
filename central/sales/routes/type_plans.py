"""Planned changes of any parameter of a ticket type over HTTP."""

from datetime import date
from http import HTTPStatus
from typing import Annotated, Any

from aiohttp import web
from pydantic import BaseModel, Field

from central.catalog.amendments import TypeAmendment
from central.catalog.parameters import LAST_DAY
from central.catalog.routes.ticket_types import TicketTypePath
from central.domain.models import StrictModel
from central.domain.names import PersonName, TicketTypeName
from central.domain.problems import ProblemCode
from central.domain.views import Moment, View, read_from
from central.identity.permissions import Permission
from central.sales.routes.type_changes import ChangePath
from central.sales.type_plans import PlannedChange, TypePlans
from central.web.operations import Call, Route
from protocol.identifiers import TicketTypeId
from protocol.instants import to_datetime

TYPE_PLANS: web.AppKey[TypePlans] = web.AppKey("type_plans", TypePlans)


class TypePlanBody(StrictModel):
    """What is to change of a ticket type from a business day on."""

    first_day: Annotated[date, Field(le=LAST_DAY, description="Business day, of the type's first site, from which it holds.")]
    changes: Annotated[TypeAmendment, Field(description="What changes; a field that is left out stays as it is.")]


class PlannedChangeView(View):
    """A planned change of a ticket type."""

    change_id: int
    ticket_type: Annotated[TicketTypeName, read_from("type_id")]
    effective_at: Moment
    changes: Annotated[
        dict[str, Any], Field(description="What changes, by field, as the plan states it; what is not named stays as it is.")
    ]
    planned_at: Moment
    planned_by: PersonName


class PlannedChangesView(BaseModel):
    """The planned changes of a type, the next first."""

    items: list[PlannedChangeView]


@Route(
    "POST",
    "/api/v1/ticket-types/{ticket_type_id}/changes",
    Permission.CATALOG_EDIT,
    status=HTTPStatus.CREATED,
    problems=(ProblemCode.NOT_FOUND, ProblemCode.CONFLICT),
    once=True,
)
async def plan_ticket_type_change(call: Call[TypePlanBody, TicketTypePath]) -> PlannedChangeView:
    """Plan a change of any parameter of a ticket type from a business day on; what contradicts sold tickets then is dropped."""
    plans, number, body = call.request.app[TYPE_PLANS], TicketTypeId(call.parameters.ticket_type_id), call.body
    return _view(await plans.plan(number, body.changes, body.first_day, call.principal.user_id, call.now))


@Route("GET", "/api/v1/ticket-types/{ticket_type_id}/changes", Permission.CATALOG_READ, problems=(ProblemCode.NOT_FOUND,))
async def read_ticket_type_changes(call: Call[None, TicketTypePath]) -> PlannedChangesView:
    """Read the planned changes of a ticket type's parameters, the next first."""
    found = await call.request.app[TYPE_PLANS].planned(TicketTypeId(call.parameters.ticket_type_id))
    return PlannedChangesView(items=[_view(one) for one in found])


@Route(
    "DELETE",
    "/api/v1/ticket-types/{ticket_type_id}/changes/{change_id}",
    Permission.CATALOG_EDIT,
    status=HTTPStatus.NO_CONTENT,
    problems=(ProblemCode.NOT_FOUND,),
)
async def drop_ticket_type_change(call: Call[None, ChangePath]) -> None:
    """Drop a planned change of a ticket type's parameters."""
    asked, plans = call.parameters, call.request.app[TYPE_PLANS]
    await plans.drop(TicketTypeId(asked.ticket_type_id), asked.change_id, call.principal.user_id, call.now)


def _view(one: PlannedChange) -> PlannedChangeView:
    return PlannedChangeView(
        change_id=one.change_id,
        ticket_type=TicketTypeName.of(one.type_id),
        effective_at=to_datetime(one.effective_at),
        changes=one.amendment.model_dump(mode="json", exclude_unset=True),
        planned_at=to_datetime(one.planned_at),
        planned_by=PersonName.of(one.planned_by),
    )


OPERATIONS = (plan_ticket_type_change, read_ticket_type_changes, drop_ticket_type_change)
