"""The look-up over HTTP. The text stands in the body, because it may be a ticket's code, which no log may keep."""

from typing import Annotated

from aiohttp import web
from pydantic import BaseModel, BeforeValidator, model_validator

from central.domain.field_messages import unfit
from central.domain.messages import SAY_WHAT_IS_SHOWN
from central.domain.names import PersonName, SiteName, TicketTypeName
from central.domain.views import Moment, View
from central.identity.permissions import Permission
from central.issuing.views import ShownTicketId, TicketStateWord
from central.reports.look_ups import LookUps, Shown
from central.reports.rules.readings import ReadAs
from central.sales.data_scope import counter_sight_of
from central.sales.routes.shown import ShownFields
from central.sales.rules.pricing import OrderState
from central.web.operations import Call, Route
from protocol.tickets.record import TicketState

LOOK_UPS: web.AppKey[LookUps] = web.AppKey("look_ups", LookUps)


class ShownBody(ShownFields):
    """What a visitor shows or says: a text as it was scanned or typed, or a document."""

    def shown(self) -> Shown:
        """Return it as the service takes it."""
        return Shown(self.text, None if self.document is None else self.document.stated())


class LookUpBody(ShownBody):
    """What is looked up: one of the two."""

    @model_validator(mode="after")
    def _one_of_two(self) -> "LookUpBody":
        if (self.text is None) == (self.document is None):
            raise unfit(SAY_WHAT_IS_SHOWN.of())
        return self


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
    """Look up what a visitor shows or says: a code, a document, a phone number, or a number of a ticket, an order, a payment."""
    found = await call.request.app[LOOK_UPS].look_up(call.body.shown(), counter_sight_of(call.principal))
    return MatchesView(items=[MatchView.of(one) for one in found])


OPERATIONS = (look_up,)
