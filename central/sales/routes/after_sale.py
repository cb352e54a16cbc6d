"""What happens to a sold ticket afterwards, over HTTP: another day, another print."""

from datetime import date, datetime
from http import HTTPStatus

from aiohttp import web
from pydantic import BaseModel

from central.domain.local_times import LocalTime
from central.domain.models import StrictModel
from central.domain.problems import ProblemCode
from central.domain.texts import Reason
from central.identity.permissions import Permission
from central.issuing.tickets import id_from_text
from central.issuing.views import TicketPath, TicketView, ticket_view
from central.sales.reprints import MARK_EN, MARK_ZH, Reprints
from central.sales.rescheduling import Rescheduling
from central.sales.rules.rescheduling import WantedDay
from central.web.operations import Call, Route
from protocol.instants import to_datetime

RESCHEDULING: web.AppKey[Rescheduling] = web.AppKey("rescheduling", Rescheduling)
REPRINTS: web.AppKey[Reprints] = web.AppKey("reprints", Reprints)


class RescheduleBody(StrictModel):
    """The day, and the slot where the type has slots, to which the ticket moves."""

    visit_day: date
    slot_start: LocalTime | None = None


class ReprintBody(StrictModel):
    """Why the ticket is printed again."""

    reason: Reason


class FaceView(BaseModel):
    """What a print shows beside the ticket: the word that marks a reprint, in both languages, and its number."""

    mark_zh: str
    mark_en: str
    number: int
    printed_at: datetime


class ReprintView(BaseModel):
    """What to print, and how many reprints may follow."""

    ticket: TicketView
    face: FaceView
    left: int


@Route(
    "POST",
    "/api/v1/tickets/{ticket_id}/reschedule",
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


@Route(
    "POST",
    "/api/v1/tickets/{ticket_id}/reprints",
    Permission.TICKETS_REPRINT,
    status=HTTPStatus.CREATED,
    problems=(ProblemCode.NOT_FOUND, ProblemCode.TICKET_STATE, ProblemCode.REPRINT_LIMIT),
    idempotent=True,
)
async def reprint_ticket(call: Call[ReprintBody, TicketPath]) -> ReprintView:
    """Print a ticket again; the answer says what to print, and the word that marks it as a reprint."""
    ticket_id, reprints = id_from_text(call.parameters.ticket_id), call.request.app[REPRINTS]
    made = await reprints.reprint(ticket_id, call.body.reason, call.once, call.principal.user_id, call.now)
    face = FaceView(mark_zh=MARK_ZH, mark_en=MARK_EN, number=made.number, printed_at=to_datetime(made.at))
    return ReprintView(ticket=ticket_view(made.ticket), face=face, left=made.left)


OPERATIONS = (reschedule_ticket, reprint_ticket)
