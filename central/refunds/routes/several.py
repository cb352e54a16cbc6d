"""Refunds of several tickets of an order, over HTTP: one quote, one request."""

from http import HTTPStatus
from typing import Annotated

from aiohttp import web
from pydantic import BaseModel, Field, model_validator

from central.domain.field_messages import unfit
from central.domain.models import StrictModel
from central.domain.problems import Problem, ProblemCode
from central.domain.texts import Reason
from central.domain.views import View
from central.identity.permissions import Permission
from central.issuing.tickets import id_from_text
from central.issuing.views import TicketIdText
from central.payments.methods import Method
from central.refunds.messages import TICKET_TWICE
from central.refunds.routes.refunds import MOST_FEN, RefundQuoteBody, RefundQuoteView, RefundView, quote_view
from central.refunds.rules.amounts import Reckoned, WantedRefund
from central.refunds.rules.several import MOST_AT_ONCE, Quoted
from central.refunds.several import OrderQuote, SeveralRefunds, WantedRefunds
from central.sales.routes.orders import OrderPath
from central.web.operations import Call, Route

SEVERAL_REFUNDS: web.AppKey[SeveralRefunds] = web.AppKey("several_refunds", SeveralRefunds)


def _each_once(tickets: list[RefundQuoteBody]) -> None:
    named = [one.ticket_id for one in tickets]
    if twice := [one for place, one in enumerate(named) if one in named[:place]]:
        raise unfit(TICKET_TWICE.of(ticket=twice[0]))


def _wanted(tickets: list[RefundQuoteBody], reason: str) -> tuple[WantedRefund, ...]:
    return tuple(WantedRefund(id_from_text(one.ticket_id), reason, one.persons) for one in tickets)


class OrderRefundQuoteBody(StrictModel):
    """Which tickets of the order to quote."""

    tickets: Annotated[
        list[RefundQuoteBody] | None,
        Field(min_length=1, max_length=MOST_AT_ONCE, description="each at most once; all of the order where left out"),
    ] = None

    @model_validator(mode="after")
    def _names_each_once(self) -> "OrderRefundQuoteBody":
        _each_once(self.tickets or [])
        return self

    def stated(self) -> tuple[WantedRefund, ...] | None:
        """Return the tickets as the service takes them."""
        return None if self.tickets is None else _wanted(self.tickets, "")


class OrderRefundBody(StrictModel):
    """Which tickets of the order to refund together, why, and what was quoted for all of them."""

    tickets: Annotated[
        list[RefundQuoteBody], Field(min_length=1, max_length=MOST_AT_ONCE, description="tickets to refund, each at most once")
    ]
    reason: Annotated[Reason, Field(description="why, in words for colleagues and the audit")]
    expected_amount_fen: Annotated[
        int, Field(ge=0, le=MOST_FEN, description="what was quoted in all, in fen; another amount is refused")
    ]

    @model_validator(mode="after")
    def _names_each_once(self) -> "OrderRefundBody":
        _each_once(self.tickets)
        return self

    def stated(self, order_id: int) -> WantedRefunds:
        """Return the request as the service takes it."""
        return WantedRefunds(order_id, _wanted(self.tickets, self.reason), self.expected_amount_fen)


class NotRefundedView(BaseModel):
    """Why a ticket cannot be refunded now: as a refund of that ticket alone would be refused."""

    code: Annotated[str, Field(description="code of the problem")]
    detail_code: Annotated[str, Field(description="code of the sentence")]
    sentence_zh: Annotated[str, Field(description="why, in Chinese")]
    sentence_en: Annotated[str, Field(description="why, in English")]


class TicketRefundQuoteView(BaseModel):
    """What a ticket gives back now, or why it gives nothing back: one of the two."""

    ticket_id: Annotated[TicketIdText, Field(description="ticket by its 16 hexadecimal digits")]
    quote: Annotated[RefundQuoteView | None, Field(description="what goes back; null: it cannot be refunded")]
    refusal: Annotated[NotRefundedView | None, Field(description="why it cannot be refunded; null: it can")]


class WayBackView(View):
    """How much of the money goes back by a method."""

    method: Annotated[Method, Field(description="how this part of the money goes back")]
    amount_fen: int


class OrderRefundQuoteView(BaseModel):
    """What tickets of an order give back now: one by one, and the sums over those that can be refunded.

    `ways` add up to `amount_fen`; they count other refunds of the order that still wait as paid before these.
    """

    items: Annotated[list[TicketRefundQuoteView], Field(description="the tickets, in the order of the request or of the order")]
    persons: int
    paid_fen: int
    fee_fen: int
    amount_fen: int
    ways: Annotated[list[WayBackView], Field(description="by which methods the money goes back; empty: none goes back")]


class OrderRefundsView(BaseModel):
    """The refunds, one a ticket, in the order of the request: each is paid when no gate can admit its ticket any more."""

    items: list[RefundView]
    amount_fen: Annotated[int, Field(description="what goes back in all, in fen")]


@Route("POST", "/api/v1/orders/{order_id}/refund-quotes", Permission.REFUNDS_REQUEST, problems=(ProblemCode.NOT_FOUND,))
async def quote_order_refunds(call: Call[OrderRefundQuoteBody, OrderPath]) -> OrderRefundQuoteView:
    """Quote several tickets of an order: what each gives back now or why it does not, the sum and how it goes back."""
    several = call.request.app[SEVERAL_REFUNDS]
    return _order_quote_view(await several.quote(call.parameters.order_id, call.body.stated(), call.now))


@Route(
    "POST",
    "/api/v1/orders/{order_id}/refunds",
    Permission.REFUNDS_REQUEST,
    status=HTTPStatus.CREATED,
    problems=(ProblemCode.NOT_FOUND, ProblemCode.TICKET_STATE, ProblemCode.NOT_REFUNDABLE, ProblemCode.TOTAL_CHANGED),
    idempotent=True,
)
async def request_order_refunds(call: Call[OrderRefundBody, OrderPath]) -> OrderRefundsView:
    """Refund several tickets of an order, all or none: they are void at once, and each has a refund of its own."""
    wanted = call.body.stated(call.parameters.order_id)
    found = await call.request.app[SEVERAL_REFUNDS].request(wanted, call.once, call.principal.user_id, call.now)
    return OrderRefundsView(items=[RefundView.of(one) for one in found], amount_fen=sum(one.amount_fen for one in found))


def _order_quote_view(found: OrderQuote) -> OrderRefundQuoteView:
    return OrderRefundQuoteView(
        items=[_ticket_view(one) for one in found.tickets],
        persons=found.sums.persons,
        paid_fen=found.sums.paid_fen,
        fee_fen=found.sums.fee_fen,
        amount_fen=found.sums.amount_fen,
        ways=[WayBackView.of(one) for one in found.ways],
    )


def _ticket_view(one: Quoted) -> TicketRefundQuoteView:
    return TicketRefundQuoteView(
        ticket_id=one.ticket,
        quote=quote_view(one.found) if isinstance(one.found, Reckoned) else None,
        refusal=_refusal_view(one.found) if isinstance(one.found, Problem) else None,
    )


def _refusal_view(problem: Problem) -> NotRefundedView:
    said = problem.said
    return NotRefundedView(
        code=problem.code.value.code,
        detail_code=said.code,
        sentence_zh=said.text(chinese=True),
        sentence_en=said.text(chinese=False),
    )


OPERATIONS = (quote_order_refunds, request_order_refunds)
