"""Tickets that an agent sold and takes back, over HTTP."""

from http import HTTPStatus
from typing import Annotated

from pydantic import BaseModel, Field

from central.domain.problems import ProblemCode
from central.domain.texts import Reason
from central.issuing.tickets import id_text
from central.issuing.views import TicketIdText
from central.refunds.routes.refunds import MOST_FEN, RefundView
from central.shop.returns import WantedReturn
from central.shop.routes.proofs import ShownProofBody
from central.shop.routes.selling import NOT_A_SELLER, ROOT, seller_of, shop_of
from central.sync.routes.signed_calls import SignedCall, SignedRoute

_REFUSALS = (
    ProblemCode.NOT_FOUND,
    ProblemCode.TICKET_STATE,
    ProblemCode.NOT_REFUNDABLE,
    ProblemCode.TOO_MANY_REQUESTS,
    *NOT_A_SELLER,
)


class ShopRefundBody(ShownProofBody):
    """What the visitor shows, why, and what was quoted."""

    reason: Reason
    expected_amount_fen: Annotated[
        int, Field(ge=0, le=MOST_FEN, description="what was quoted, in fen; another amount is refused")
    ]


class ShopRefundQuoteView(BaseModel):
    """Which tickets would be taken back now, and for how much in all."""

    ticket_ids: Annotated[list[TicketIdText], Field(description="numbers of the tickets")]
    amount_fen: Annotated[int, Field(description="what would go back in all, in fen")]


class ShopRefundsView(BaseModel):
    """The refunds, one a ticket: each is paid when no gate can admit its ticket any more."""

    items: list[RefundView]


@SignedRoute("POST", f"{ROOT}/refund-quotes", problems=_REFUSALS)
async def quote_shop_refund(call: SignedCall[ShownProofBody, None]) -> ShopRefundQuoteView:
    """Quote what goes back for tickets that this agent sold and that were not used; nothing is stored."""
    found = await shop_of(call).returns.quote(await seller_of(call), call.body.proof(), call.now)
    return ShopRefundQuoteView(ticket_ids=[id_text(one) for one in found.tickets], amount_fen=found.amount_fen)


@SignedRoute(
    "POST",
    f"{ROOT}/refunds",
    status=HTTPStatus.CREATED,
    problems=(*_REFUSALS, ProblemCode.TOTAL_CHANGED),
    idempotent=True,
)
async def refund_shop_order(call: SignedCall[ShopRefundBody, None]) -> ShopRefundsView:
    """Refund unused tickets that this agent sold, by what the visitor shows; the money goes back the way it came."""
    body = call.body
    wanted = WantedReturn(body.proof(), body.reason, body.expected_amount_fen)
    found = await shop_of(call).returns.request(await seller_of(call), wanted, call.once, call.now)
    return ShopRefundsView(items=[RefundView.of(one) for one in found])


OPERATIONS = (quote_shop_refund, refund_shop_order)
