"""The look-up over HTTP. The text stands in the body, because it may be a ticket's code, which no log may keep."""

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, Field

from central.domain.models import StrictModel
from central.domain.names import PersonName, SiteName, TicketTypeName
from central.domain.texts import PRINTABLE
from central.domain.views import Moment, View
from central.identity.permissions import Permission
from central.issuing.views import ShownTicketId, TicketStateWord
from central.reports.routes.lists import REPORTS
from central.reports.rules.readings import ReadAs
from central.sales.rules.pricing import OrderState
from central.web.operations import Call, Route
from protocol.tickets.record import TicketState

MOST_CHARACTERS = 512


class LookUpBody(StrictModel):
    """What a visitor shows or says, as it was scanned or typed."""

    text: Annotated[str, Field(min_length=1, max_length=MOST_CHARACTERS, pattern=PRINTABLE)]


def _word(said: TicketState | str) -> str:
    return said.name.lower() if isinstance(said, TicketState) else said


class MatchView(View):
    """An order that was found, and the ticket or the payment of it that the text names."""

    read_as: ReadAs
    order_id: int
    order_state: OrderState
    site: SiteName
    seller: PersonName
    channel: str
    created_at: Moment
    ticket_id: ShownTicketId | None
    ticket_type: TicketTypeName | None
    ticket_state: Annotated[TicketStateWord, BeforeValidator(_word)] | None
    payment_id: int | None


class MatchesView(BaseModel):
    """All that the text can mean; nothing where the office knows no such thing, or none that the caller may see."""

    items: list[MatchView]


@Route("POST", "/api/v1/look-ups", Permission.SALES_READ)
async def look_up(call: Call[LookUpBody, None]) -> MatchesView:
    """Look up what a visitor shows: a ticket's code or number, an order's number, a payment's, or an activation code."""
    found = await call.request.app[REPORTS].look_up(call.body.text, call.principal)
    return MatchesView(items=[MatchView.of(one) for one in found])


OPERATIONS = (look_up,)
