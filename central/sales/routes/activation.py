"""Activation codes over HTTP: sent, voided, used. They are exported with the other tables (`reports.routes.activation_codes`)."""

from datetime import date
from http import HTTPStatus
from typing import Annotated

from aiohttp import web
from pydantic import BaseModel, Field

from central.domain.models import StrictModel
from central.domain.problems import ProblemCode
from central.domain.texts import PRINTABLE, Reason
from central.identity.permissions import Permission
from central.issuing.tickets import id_from_text
from central.issuing.views import TicketIdText, TicketPath, TicketView, ticket_view
from central.sales.activation import ActivationCodes, Codes, WantedActivation
from central.sales.routes.orders import HolderBody, OrderPath
from central.sales.rules.activation import MAX_TYPED_CHARACTERS
from central.sales.service import MOST_TICKETS
from central.web.operations import Call, Route

ACTIVATION: web.AppKey[ActivationCodes] = web.AppKey("activation", ActivationCodes)


class SentBody(StrictModel):
    """The tickets whose codes were sent; all of the order where none is named."""

    tickets: Annotated[list[TicketIdText] | None, Field(min_length=1, max_length=MOST_TICKETS)] = None


class SentView(BaseModel):
    """How many codes were newly noted as sent."""

    sent: int


class VoidCodeBody(StrictModel):
    """Why the code is voided."""

    reason: Reason


class ActivationBody(StrictModel):
    """A code, the day of the visit, and the holder where the type is real-name.

    `source` names the person that a program asks for, where it asks for many: only a person who tries wrong codes is slowed down.
    """

    code: Annotated[str, Field(min_length=1, max_length=MAX_TYPED_CHARACTERS, pattern=PRINTABLE)]
    visit_day: date
    holder: HolderBody | None = None
    source: Annotated[str, Field(max_length=64, pattern=PRINTABLE)] = ""

    def stated(self) -> WantedActivation:
        """Return the activation as the service takes it."""
        holder = None if self.holder is None else self.holder.stated()
        return WantedActivation(self.code, self.visit_day, holder, self.source)


@Route(
    "POST",
    "/api/v1/orders/{order_id}/activation-codes/mark-sent",
    Permission.CODES_EXPORT,
    problems=(ProblemCode.NOT_FOUND,),
    once=True,
)
async def mark_activation_codes_sent(call: Call[SentBody, OrderPath]) -> SentView:
    """Note that activation codes were sent; codes that were noted already stay as they are."""
    named = call.body.tickets
    which = Codes(call.parameters.order_id, None if named is None else tuple(id_from_text(one) for one in named))
    return SentView(sent=await call.request.app[ACTIVATION].send(which, call.principal.user_id, call.now))


@Route(
    "POST",
    "/api/v1/tickets/{ticket_id}/activation-code/void",
    Permission.CODES_EXPORT,
    status=HTTPStatus.NO_CONTENT,
    problems=(ProblemCode.NOT_FOUND, ProblemCode.TICKET_STATE),
    once=True,
)
async def void_activation_code(call: Call[VoidCodeBody, TicketPath]) -> None:
    """Void a ticket's activation code: the ticket then waits for another code, or for its refund."""
    ticket_id = id_from_text(call.parameters.ticket_id)
    await call.request.app[ACTIVATION].void(ticket_id, call.body.reason, call.principal.user_id, call.now)


@Route(
    "POST",
    "/api/v1/activations",
    Permission.CODES_ACTIVATE,
    status=HTTPStatus.CREATED,
    problems=(
        ProblemCode.ACTIVATION_REFUSED,
        ProblemCode.HOLDER_REQUIRED,
        ProblemCode.TICKET_STATE,
        ProblemCode.TOO_MANY_REQUESTS,
    ),
    idempotent=True,
)
async def activate_ticket(call: Call[ActivationBody, None]) -> TicketView:
    """Activate a ticket by its code, for a day of visit and its holder: the answer holds the ticket."""
    wanted, by = call.body.stated(), call.principal.user_id
    return ticket_view(await call.request.app[ACTIVATION].activate(wanted, call.once, by, call.now))


OPERATIONS = (mark_activation_codes_sent, void_activation_code, activate_ticket)
