"""Refunds over HTTP."""

from http import HTTPStatus
from typing import Annotated

from aiohttp import web
from pydantic import BaseModel, Field, model_validator

from central.catalog.after_sale import RefundTerm
from central.catalog.checks import MOST_PERSONS
from central.domain.field_messages import unfit
from central.domain.local_times import LocalMoment
from central.domain.models import StrictModel
from central.domain.names import AgentName, PersonName, SiteName
from central.domain.problems import ProblemCode
from central.domain.texts import Reason
from central.domain.views import Moment, View, read_from
from central.identity.permissions import Permission
from central.identity.routes.sessions import Name as SignInName
from central.identity.routes.supervisors import CardText
from central.identity.rules.sign_in import MOST_PIN_DIGITS
from central.identity.second_person import SecondPerson, ShownCard, TypedPin
from central.issuing.tickets import id_from_text
from central.issuing.views import ShownTicketId, TicketIdText
from central.refunds.messages import NAME_THE_APPROVER
from central.refunds.releases import Releases
from central.refunds.rules.amounts import Reckoned, RefundKind, WantedRefund
from central.refunds.rules.fence import WaitReason
from central.refunds.service import Refunds, RefundState
from central.web.operations import Call, Route

REFUNDS: web.AppKey[Refunds] = web.AppKey("refunds", Refunds)
RELEASES: web.AppKey[Releases] = web.AppKey("releases", Releases)
MOST_FEN = 10**12
_REFUSALS = (ProblemCode.NOT_FOUND, ProblemCode.TICKET_STATE, ProblemCode.NOT_REFUNDABLE)

_NOT_RELEASED = (
    ProblemCode.NOT_FOUND,
    ProblemCode.REFUND_STATE,
    ProblemCode.TICKET_STATE,
    ProblemCode.SIGN_IN_DELAYED,
    ProblemCode.SECOND_PERSON_SAME,
    ProblemCode.SECOND_PERSON_FORBIDDEN,
)

_Persons = Annotated[int | None, Field(ge=1, le=MOST_PERSONS, description="of a group code; all where left out")]
_Expected = Annotated[int | None, Field(ge=0, le=MOST_FEN, description="what was quoted; another amount is refused")]


class RefundQuoteBody(StrictModel):
    """Which ticket, and how many persons of it."""

    ticket_id: TicketIdText
    persons: _Persons = None


class RefundBody(RefundQuoteBody):
    """Which ticket, how many persons of it, and why."""

    reason: Reason
    expected_amount_fen: _Expected = None


class RefundByHandBody(RefundQuoteBody):
    """A refund whose fee a person sets; the fee is for all these persons together."""

    reason: Reason
    fee_fen: Annotated[int, Field(ge=0, le=MOST_FEN)]


class ForcedRefundBody(RefundQuoteBody):
    """A refund of persons who entered and could not be served.

    It has no fee unless one is set, for all these persons together.
    """

    reason: Reason
    fee_fen: Annotated[int, Field(ge=0, le=MOST_FEN)] = 0


class OverrideBody(StrictModel):
    """Why the money goes out before all gates have answered."""

    reason: Reason


class ApprovedOverrideBody(OverrideBody):
    """Who approves it beside the caller, by number or name, and that person's PIN, which the person types."""

    approver_id: Annotated[int | None, Field(ge=1, lt=2**63)] = None
    approver_name: SignInName | None = None
    pin: Annotated[str, Field(min_length=1, max_length=MOST_PIN_DIGITS, pattern=r"^[0-9]+$")]

    @model_validator(mode="after")
    def _one_of_two(self) -> "ApprovedOverrideBody":
        if (self.approver_id is None) == (self.approver_name is None):
            raise unfit(NAME_THE_APPROVER.of())
        return self

    def second(self, caller: int, source: str) -> SecondPerson:
        """Return the second person as the service takes it."""
        return SecondPerson(TypedPin(self.approver_id or self.approver_name or "", self.pin), caller, source)


class CardOverrideBody(OverrideBody):
    """The card of the person who approves it beside the caller, as its reader gives it."""

    card: CardText

    def second(self, caller: int, source: str) -> SecondPerson:
        """Return the second person as the service takes it."""
        return SecondPerson(ShownCard(self.card), caller, source)


class RefundPath(StrictModel):
    """Which refund."""

    refund_id: Annotated[int, Field(ge=1, lt=2**63)]


class WaitedForView(View):
    """Which agent holds the money back, since when it has not answered, why, and what ends it.

    No agent: the feed itself is not published yet.
    """

    agent: Annotated[AgentName | None, read_from("agent")]
    site: Annotated[SiteName, read_from("site")]
    since: Moment
    reason: WaitReason
    sentence_zh: Annotated[str, read_from("message", "zh")]
    sentence_en: Annotated[str, read_from("message", "en")]
    last_seen_at: Moment | None
    ends_at: Moment | None


class RefundQuoteView(BaseModel):
    """What goes back now, and why: `term` is the ticket's rule that applies, until `last_minute` by the site's clock.

    Without a `term` there is no cut-off and no fee.
    """

    persons: int
    paid_fen: int
    fee_fen: int
    amount_fen: int
    term: RefundTerm | None
    last_minute: LocalMoment | None


class RefundView(View):
    """A refund: `amount_fen` goes back, `fee_fen` is kept.

    While it waits, `waiting_for` names the agents that could still admit the ticket (only when read by itself).
    """

    refund_id: int
    ticket_id: ShownTicketId
    order_id: int
    kind: RefundKind
    persons: int
    amount_fen: int
    fee_fen: int
    state: RefundState
    reason: str
    requested_by: PersonName
    requested_at: Moment
    decided_at: Moment | None
    override_by: PersonName | None
    override_reason: str | None
    override_asked_by: Annotated[PersonName | None, Field(description="who asked a second person to approve the override")]
    waiting_for: list[WaitedForView]


@Route("POST", "/api/v1/refund-quotes", Permission.REFUNDS_REQUEST, problems=_REFUSALS)
async def quote_refund(call: Call[RefundQuoteBody, None]) -> RefundQuoteView:
    """Quote what a refund gives back now, and by which of the ticket's rules; nothing is stored."""
    wanted = WantedRefund(id_from_text(call.body.ticket_id), "", call.body.persons)
    return quote_view(await call.request.app[REFUNDS].quote(wanted, call.now))


@Route(
    "POST",
    "/api/v1/refunds",
    Permission.REFUNDS_REQUEST,
    status=HTTPStatus.CREATED,
    problems=(*_REFUSALS, ProblemCode.TOTAL_CHANGED),
    idempotent=True,
)
async def request_refund(call: Call[RefundBody, None]) -> RefundView:
    """Refund a ticket: it is void at once, or persons are taken off a group code; the money follows when no gate can admit it."""
    body = call.body
    wanted = WantedRefund(id_from_text(body.ticket_id), body.reason, body.persons, body.expected_amount_fen)
    return RefundView.of(await call.request.app[REFUNDS].request(wanted, call.once, call.principal.user_id, call.now))


@Route(
    "POST",
    "/api/v1/refunds/by-hand",
    Permission.REFUNDS_BY_HAND,
    status=HTTPStatus.CREATED,
    problems=(ProblemCode.NOT_FOUND, ProblemCode.TICKET_STATE),
    idempotent=True,
    proved=True,
)
async def refund_by_hand(call: Call[RefundByHandBody, None]) -> RefundView:
    """Refund with a fee that a person sets, also against the ticket's rules; the fence applies as for any refund."""
    body = call.body
    wanted = WantedRefund(id_from_text(body.ticket_id), body.reason, body.persons, kind=RefundKind.BY_HAND, fee_fen=body.fee_fen)
    return RefundView.of(await call.request.app[REFUNDS].request(wanted, call.once, call.principal.user_id, call.now))


@Route(
    "POST",
    "/api/v1/refunds/forced",
    Permission.REFUNDS_FORCE,
    status=HTTPStatus.CREATED,
    problems=(ProblemCode.NOT_FOUND, ProblemCode.TICKET_STATE),
    idempotent=True,
    proved=True,
)
async def force_refund(call: Call[ForcedRefundBody, None]) -> RefundView:
    """Refund persons who entered but could not be served; the record says that the refund was forced."""
    body = call.body
    wanted = WantedRefund(id_from_text(body.ticket_id), body.reason, body.persons, kind=RefundKind.FORCED, fee_fen=body.fee_fen)
    return RefundView.of(await call.request.app[REFUNDS].request(wanted, call.once, call.principal.user_id, call.now))


@Route("GET", "/api/v1/refunds/{refund_id}", Permission.REFUNDS_READ, problems=(ProblemCode.NOT_FOUND,))
async def read_refund(call: Call[None, RefundPath]) -> RefundView:
    """Read a refund, and the agents that it waits for."""
    return RefundView.of(await call.request.app[REFUNDS].refund(call.parameters.refund_id, call.now))


@Route(
    "POST",
    "/api/v1/refunds/{refund_id}/override",
    Permission.REFUNDS_OVERRIDE,
    problems=(ProblemCode.NOT_FOUND, ProblemCode.REFUND_STATE, ProblemCode.TICKET_STATE),
    once=True,
)
async def override_refund(call: Call[OverrideBody, RefundPath]) -> RefundView:
    """Pay a refund without waiting any longer for gates, with a record."""
    refunds = call.request.app[REFUNDS]
    return RefundView.of(await refunds.override(call.parameters.refund_id, call.body.reason, call.principal.user_id, call.now))


@Route(
    "POST",
    "/api/v1/refunds/{refund_id}/override-by-pin",
    Permission.REFUNDS_REQUEST,
    problems=(*_NOT_RELEASED, ProblemCode.PIN_WRONG),
    once=True,
)
async def override_refund_by_pin(call: Call[ApprovedOverrideBody, RefundPath]) -> RefundView:
    """Pay a refund without waiting any longer for gates, approved by a second person's PIN, with a record of both."""
    return await _released(call)


@Route(
    "POST",
    "/api/v1/refunds/{refund_id}/override-by-card",
    Permission.REFUNDS_REQUEST,
    problems=(*_NOT_RELEASED, ProblemCode.CARD_UNKNOWN),
    once=True,
)
async def override_refund_by_card(call: Call[CardOverrideBody, RefundPath]) -> RefundView:
    """Pay a refund without waiting any longer for gates, approved by a second person's card, with a record of both."""
    return await _released(call)


@Route(
    "POST",
    "/api/v1/refunds/{refund_id}/hand-out",
    Permission.REFUNDS_REQUEST,
    problems=(ProblemCode.NOT_FOUND, ProblemCode.REFUND_STATE),
    once=True,
)
async def hand_out_refund(call: Call[None, RefundPath]) -> RefundView:
    """Hand out what a closed day owes a visitor, from the drawer of the seller who does it."""
    refunds = call.request.app[REFUNDS]
    return RefundView.of(await refunds.hand_out(call.parameters.refund_id, call.principal.user_id, call.now))


async def _released(call: Call[ApprovedOverrideBody, RefundPath] | Call[CardOverrideBody, RefundPath]) -> RefundView:
    second = call.body.second(call.principal.user_id, call.request.remote or "unknown")
    released = await call.request.app[RELEASES].release(call.parameters.refund_id, call.body.reason, second, call.now)
    return RefundView.of(released)


def quote_view(found: Reckoned) -> RefundQuoteView:
    """Return what the API shows of a quote."""
    terms = found.terms
    return RefundQuoteView(
        persons=found.persons,
        paid_fen=found.paid_fen,
        fee_fen=found.fee_fen,
        amount_fen=found.amount_fen,
        term=None if terms is None else terms.term,
        last_minute=None if terms is None else terms.last_minute,
    )


OPERATIONS = (
    quote_refund,
    request_refund,
    refund_by_hand,
    force_refund,
    read_refund,
    override_refund,
    override_refund_by_pin,
    override_refund_by_card,
    hand_out_refund,
)
