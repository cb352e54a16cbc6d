"""Tickets to print, over HTTP: collected, noted as printed, activated by code."""

from http import HTTPStatus
from typing import Annotated

from pydantic import BaseModel, Field

from central.domain.models import StrictModel
from central.domain.problems import ProblemCode
from central.issuing.tickets import id_from_text
from central.issuing.views import TicketIdText, TicketView, ticket_view
from central.sales.activation import WantedActivation
from central.sales.routes.activation import ActivationBody
from central.shop.proofs import MOST_TICKETS
from central.shop.routes.proofs import ShownProofBody
from central.shop.routes.selling import NOT_A_SELLER, ROOT, seller_of, shop_of
from central.sync.routes.signed_calls import SignedCall, SignedRoute


class TicketCollectionView(BaseModel):
    """Tickets to print: they are handed out by this, once."""

    tickets: list[TicketView]


class PrintedBody(StrictModel):
    """Tickets that are on paper."""

    ticket_ids: Annotated[list[TicketIdText], Field(min_length=1, max_length=MOST_TICKETS, description="numbers of the tickets")]


class PrintedView(BaseModel):
    """How many were not noted as printed before."""

    noted: Annotated[int, Field(description="tickets that were not noted as printed before")]


@SignedRoute(
    "POST",
    f"{ROOT}/collections",
    status=HTTPStatus.CREATED,
    problems=(ProblemCode.NOT_FOUND, ProblemCode.TICKET_STATE, ProblemCode.TOO_MANY_REQUESTS, *NOT_A_SELLER),
    idempotent=True,
)
async def collect_tickets(call: SignedCall[ShownProofBody, None]) -> TicketCollectionView:
    """Collect paid tickets of the agent's site to print them, by a code, a document, or phone and order number.

    A ticket is handed out once; after that staff print it again. Ten wrong tries a minute are the most.
    """
    tickets = await shop_of(call).papers.collect(await seller_of(call), call.body.proof(), call.once, call.now)
    return TicketCollectionView(tickets=[ticket_view(one) for one in tickets])


@SignedRoute("POST", f"{ROOT}/prints", problems=(ProblemCode.NOT_FOUND, *NOT_A_SELLER))
async def note_shop_printed(call: SignedCall[PrintedBody, None]) -> PrintedView:
    """Note that tickets are on paper, which were handed to this agent or sold by it; you may repeat it."""
    wanted = {id_from_text(one) for one in call.body.ticket_ids}
    return PrintedView(noted=await shop_of(call).papers.note_printed(await seller_of(call), wanted, call.now))


@SignedRoute(
    "POST",
    f"{ROOT}/activations",
    status=HTTPStatus.CREATED,
    problems=(
        ProblemCode.ACTIVATION_REFUSED,
        ProblemCode.HOLDER_REQUIRED,
        ProblemCode.TICKET_STATE,
        ProblemCode.TOO_MANY_REQUESTS,
        *NOT_A_SELLER,
    ),
    idempotent=True,
)
async def activate_by_code(call: SignedCall[ActivationBody, None]) -> TicketView:
    """Activate a ticket by its code at an agent, for a day of visit and its holder: the answer holds the ticket."""
    agent, stated = await seller_of(call), call.body.stated()
    # Wrong codes slow this agent down, not the source that it names.
    wanted = WantedActivation(stated.code, stated.visit, stated.holder)
    return ticket_view(await shop_of(call).activation.activate(wanted, call.once, agent.user_id, call.now))


OPERATIONS = (collect_tickets, note_shop_printed, activate_by_code)
