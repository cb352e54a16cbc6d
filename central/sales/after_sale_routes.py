"""What happens to a sold ticket afterwards, over HTTP: another day."""

from datetime import date, time

from aiohttp import web
from pydantic import BaseModel, ConfigDict

from central.identity.permissions import Permission
from central.issuing.records import id_from_text
from central.issuing.views import TicketPath, TicketView, ticket_view
from central.sales.move_policy import WantedDay
from central.sales.rescheduling import Rescheduling
from central.web.operations import Call, Route
from central.web.problems import ProblemCode

RESCHEDULING: web.AppKey[Rescheduling] = web.AppKey("rescheduling", Rescheduling)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class RescheduleBody(_Strict):
    """The day, and the slot where the type has slots, that the ticket is to move to."""

    visit_day: date
    slot_start: time | None = None


@Route(
    "rescheduleTicket",
    "POST",
    "/api/v1/tickets/{ticket_id}/reschedule",
    "Move an unused ticket to another day or slot",
    Permission.TICKETS_RESCHEDULE,
    problems=(
        ProblemCode.NOT_FOUND,
        ProblemCode.TICKET_STATE,
        ProblemCode.NOT_RESCHEDULABLE,
        ProblemCode.SLOT_REQUIRED,
        ProblemCode.SOLD_OUT,
        ProblemCode.PURCHASE_LIMIT,
    ),
    idempotent=True,
)
async def reschedule_ticket(call: Call[RescheduleBody, TicketPath]) -> TicketView:
    """Move an unused ticket to another day or slot of its type; its code stays the same."""
    wanted = WantedDay(id_from_text(call.parameters.ticket_id), call.body.visit_day, call.body.slot_start)
    return ticket_view(await call.request.app[RESCHEDULING].move(wanted, call.once, call.principal.user_id, call.now))


OPERATIONS = (reschedule_ticket,)
