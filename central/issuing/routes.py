"""Tickets over HTTP: look-up, blocking, extension, re-issue."""

from aiohttp import web
from pydantic import AwareDatetime

from central.domain.models import StrictModel
from central.domain.problems import ProblemCode
from central.domain.texts import Reason
from central.identity.permissions import Permission
from central.issuing.service import Issuing
from central.issuing.tickets import id_from_text
from central.issuing.views import ShortNumber, TicketPath, TicketView, ticket_view
from central.web.operations import Call, Route
from protocol.instants import from_datetime, to_minute

ISSUING: web.AppKey[Issuing] = web.AppKey("issuing", Issuing)
_REFUSALS = (ProblemCode.NOT_FOUND, ProblemCode.TICKET_STATE)


class ShortNumberPath(StrictModel):
    """The number that a person typed."""

    short_number: ShortNumber


class ReasonBody(StrictModel):
    """The reason; it goes into the audit."""

    reason: Reason


class ExtensionBody(StrictModel):
    """The new end of the validity."""

    valid_until: AwareDatetime


@Route("GET", "/api/v1/tickets/{ticket_id}", Permission.SALES_READ, problems=(ProblemCode.NOT_FOUND,))
async def read_ticket(call: Call[None, TicketPath]) -> TicketView:
    """Read a ticket."""
    return ticket_view(await call.request.app[ISSUING].ticket(id_from_text(call.parameters.ticket_id)))


@Route("GET", "/api/v1/short-numbers/{short_number}", Permission.SALES_READ, problems=(ProblemCode.NOT_FOUND,))
async def find_ticket_by_short_number(call: Call[None, ShortNumberPath]) -> TicketView:
    """Find a ticket by its short number."""
    return ticket_view(await call.request.app[ISSUING].ticket_by_short_number(call.parameters.short_number))


@Route("POST", "/api/v1/tickets/{ticket_id}/block", Permission.TICKETS_EDIT, problems=_REFUSALS, once=True)
async def block_ticket(call: Call[ReasonBody, TicketPath]) -> TicketView:
    """Block a ticket at all gates until it is unblocked."""
    ticket_id = id_from_text(call.parameters.ticket_id)
    issuing = call.request.app[ISSUING]
    return ticket_view(await issuing.block(ticket_id, call.principal.user_id, call.body.reason, call.now))


@Route("POST", "/api/v1/tickets/{ticket_id}/unblock", Permission.TICKETS_EDIT, problems=_REFUSALS, once=True)
async def unblock_ticket(call: Call[ReasonBody, TicketPath]) -> TicketView:
    """Let a blocked ticket be used again."""
    ticket_id = id_from_text(call.parameters.ticket_id)
    issuing = call.request.app[ISSUING]
    return ticket_view(await issuing.unblock(ticket_id, call.principal.user_id, call.body.reason, call.now))


@Route("POST", "/api/v1/tickets/{ticket_id}/extend", Permission.TICKETS_EDIT, problems=_REFUSALS, once=True)
async def extend_ticket(call: Call[ExtensionBody, TicketPath]) -> TicketView:
    """Move the end of a ticket's validity; its printed code stays valid."""
    ticket_id = id_from_text(call.parameters.ticket_id)
    valid_until = to_minute(from_datetime(call.body.valid_until))
    issuing = call.request.app[ISSUING]
    return ticket_view(await issuing.extend(ticket_id, valid_until, call.principal.user_id, call.now))


@Route("POST", "/api/v1/tickets/{ticket_id}/reissue", Permission.TICKETS_EDIT, problems=_REFUSALS, once=True)
async def reissue_ticket(call: Call[ReasonBody, TicketPath]) -> TicketView:
    """Sign a new code of a ticket, after which older prints no longer admit."""
    ticket_id = id_from_text(call.parameters.ticket_id)
    issuing = call.request.app[ISSUING]
    return ticket_view(await issuing.reissue(ticket_id, call.principal.user_id, call.body.reason, call.now))


OPERATIONS = (read_ticket, find_ticket_by_short_number, block_ticket, unblock_ticket, extend_ticket, reissue_ticket)
