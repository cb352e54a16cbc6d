"""The refusals of gates, and the history of a ticket, over HTTP."""

from typing import Annotated

from pydantic import BaseModel, Field

from central.domain.names import AgentName, CheckPointName, PersonName, SiteName, TicketTypeName
from central.domain.pagination import Page
from central.domain.problems import ProblemCode
from central.domain.views import Moment, View, read_from, within
from central.identity.permissions import Permission
from central.issuing.tickets import id_from_text
from central.issuing.views import TicketIdText, TicketPath
from central.reports.admission_refusals import REFUSALS
from central.reports.routes.pages import REPORTS, page_of_list
from central.reports.routes.queries import AdmissionRefusalQuery
from central.reports.ticket_histories import Happening
from central.web.operations import Call, Route
from protocol.directions import Direction


class AdmissionRefusalView(View, alias_generator=within("refusal")):
    """A showing at which the arm stayed shut. Without a ticket: no ticket was recognised."""

    scanned_at: Moment
    received_at: Annotated[Moment, Field(description="when central learned of it")]
    site: SiteName
    check_point: CheckPointName
    agent: AgentName
    direction: Direction
    reason: Annotated[str, Field(description="the gate's reason; a newer gate may know other reasons")]
    by_central: Annotated[bool, Field(description="whether central decided it, not the gate")]
    ticket_id: Annotated[TicketIdText | None, read_from("ticket")]
    ticket_type: TicketTypeName | None
    order_id: int | None
    seller: PersonName | None
    channel: str | None


class TicketEventView(View):
    """One line of a ticket's history."""

    happened_at: Moment
    happening: Happening
    what: Annotated[
        str,
        Field(description="the channel, method, act of the audit, reason of a refusal, kind of a passage, or state of a refund"),
    ]
    person: Annotated[PersonName | None, Field(description="who did it; the checker with a phone, the supervisor at an override")]
    check_point: CheckPointName | None
    agent: AgentName | None
    persons: int | None
    amount_fen: int | None
    received_at: Annotated[Moment | None, Field(description="when central learned of it from a gate")]


class TicketHistoryView(BaseModel):
    """What happened to a ticket, the oldest first."""

    items: list[TicketEventView]


@Route("GET", "/api/v1/admission-refusals", Permission.ADMISSIONS_READ)
async def list_admission_refusals(call: Call[None, AdmissionRefusalQuery]) -> Page[AdmissionRefusalView]:
    """List the refusals of gates by the time of the scan, newest first."""
    return await page_of_list(call, REFUSALS, AdmissionRefusalView.of)


@Route("GET", "/api/v1/tickets/{ticket_id}/history", Permission.SALES_READ, problems=(ProblemCode.NOT_FOUND,))
async def read_ticket_history(call: Call[None, TicketPath]) -> TicketHistoryView:
    """Read what happened to a ticket: sold, paid, changed, printed, refused, admitted, refunded."""
    found = await call.request.app[REPORTS].ticket_history(id_from_text(call.parameters.ticket_id))
    return TicketHistoryView(items=[TicketEventView.of(one) for one in found])


OPERATIONS = (list_admission_refusals, read_ticket_history)
