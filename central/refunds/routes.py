"""Refunds over HTTP."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field

from central.identity.permissions import Permission
from central.issuing.records import id_from_text, id_text
from central.issuing.views import TicketIdText
from central.refunds.service import Refund, Refunds, RefundState
from central.web.operations import Call, Route
from central.web.problems import ProblemCode
from central.web.texts import Reason
from protocol.instants import to_datetime

REFUNDS: web.AppKey[Refunds] = web.AppKey("refunds", Refunds)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class RefundBody(_Strict):
    """Which ticket, and why."""

    ticket_id: TicketIdText
    reason: Reason


class OverrideBody(_Strict):
    """Why the money goes out before all gates have answered."""

    reason: Reason


class RefundPath(_Strict):
    """Which refund."""

    refund_id: Annotated[int, Field(ge=1, lt=2**63)]


class WaitedForView(BaseModel):
    """Who keeps the money back, and since when it has not answered; no agent: the feed itself is not published yet."""

    agent_id: int | None
    site_id: int
    since: datetime


class RefundView(BaseModel):
    """A refund. While it waits, `waiting_for` names the agents that could still admit the ticket (only when read by itself)."""

    refund_id: int
    ticket_id: TicketIdText
    order_id: int
    amount_fen: int
    state: RefundState
    reason: str
    requested_by: int
    requested_at: datetime
    decided_at: datetime | None
    override_by: int | None
    override_reason: str | None
    waiting_for: list[WaitedForView]


@Route(
    "requestRefund",
    "POST",
    "/api/v1/refunds",
    "Make a ticket void, and pay it back once no gate can admit it",
    Permission.REFUNDS_REQUEST,
    HTTPStatus.CREATED,
    (ProblemCode.NOT_FOUND, ProblemCode.TICKET_STATE),
    idempotent=True,
)
async def request_refund(call: Call[RefundBody, None]) -> RefundView:
    """Make a ticket void at once; the money follows when the fence is open."""
    refunds, ticket_id = call.request.app[REFUNDS], id_from_text(call.body.ticket_id)
    return refund_view(await refunds.request(ticket_id, call.body.reason, call.once, call.principal.user_id, call.now))


@Route(
    "readRefund",
    "GET",
    "/api/v1/refunds/{refund_id}",
    "Read a refund",
    Permission.REFUNDS_READ,
    problems=(ProblemCode.NOT_FOUND,),
)
async def read_refund(call: Call[None, RefundPath]) -> RefundView:
    """Read a refund, and whom it waits for."""
    return refund_view(await call.request.app[REFUNDS].refund(call.parameters.refund_id, call.now))


@Route(
    "overrideRefund",
    "POST",
    "/api/v1/refunds/{refund_id}/override",
    "Pay without waiting for gates, on the record",
    Permission.REFUNDS_OVERRIDE,
    problems=(ProblemCode.NOT_FOUND, ProblemCode.REFUND_STATE, ProblemCode.TICKET_STATE),
)
async def override_refund(call: Call[OverrideBody, RefundPath]) -> RefundView:
    """Pay without waiting any longer, on the record."""
    refunds = call.request.app[REFUNDS]
    return refund_view(await refunds.override(call.parameters.refund_id, call.body.reason, call.principal.user_id, call.now))


def refund_view(refund: Refund) -> RefundView:
    """Return a refund as it is shown."""
    return RefundView(
        refund_id=refund.refund_id,
        ticket_id=id_text(refund.ticket_id),
        order_id=refund.order_id,
        amount_fen=refund.amount_fen,
        state=refund.state,
        reason=refund.reason,
        requested_by=refund.requested_by,
        requested_at=to_datetime(refund.requested_at),
        decided_at=None if refund.decided_at is None else to_datetime(refund.decided_at),
        override_by=refund.override_by,
        override_reason=refund.override_reason,
        waiting_for=[
            WaitedForView(agent_id=one.agent, site_id=one.site, since=to_datetime(one.since)) for one in refund.waiting_for
        ],
    )


OPERATIONS = (request_refund, read_refund, override_refund)
