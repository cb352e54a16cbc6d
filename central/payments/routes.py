"""Payments over HTTP: paying orders, institutions' notifications, and what a person must look at."""

from datetime import date
from http import HTTPStatus
from typing import Annotated, Literal

from aiohttp import web
from pydantic import Field

from central.domain.models import StrictModel
from central.domain.names import PersonName
from central.domain.problems import Problem, ProblemCode
from central.domain.texts import PRINTABLE, Reason
from central.domain.views import Moment, View, read_from, within
from central.identity.permissions import Permission
from central.payments.differences import Differences, DifferenceState, Settling
from central.payments.documents import AtOnce
from central.payments.messages import NO_INSTITUTION, NOTICE_TOO_LARGE
from central.payments.methods import INSTITUTIONS, Method
from central.payments.reconciliation import Reconciliation
from central.payments.rules.difference_causes import Cause
from central.payments.rules.payment_states import PaymentState, Presentation
from central.payments.rules.settlements import SettlementCause
from central.payments.service import Payments, Start
from central.web.access import Access
from central.web.bodies import MAX_BODY_BYTES
from central.web.operations import CLOCK, Call, RawRoute, Route

PAYMENTS: web.AppKey[Payments] = web.AppKey("payments", Payments)
DIFFERENCES: web.AppKey[Differences] = web.AppKey("differences", Differences)
RECONCILIATION: web.AppKey[Reconciliation] = web.AppKey("reconciliation", Reconciliation)

_Number = Annotated[int, Field(ge=1, lt=2**63)]


# The words of `methods.INSTITUTIONS`, for the document of the API.
ByInstitution = Literal["wechat", "alipay"]


class OrderPath(StrictModel):
    """Which order."""

    order_id: _Number


class PaymentPath(StrictModel):
    """Which payment."""

    payment_id: _Number


class DifferencePath(StrictModel):
    """Which difference."""

    difference_id: _Number


class PayBody(StrictModel):
    """Money that is there already; `reference` is the number on the card terminal's or bank's slip.

    A travel agency's order may be paid out of its balance, or on account.
    """

    method: Literal["cash", "card_terminal", "bank_transfer", "prepaid", "on_account"]
    reference: Annotated[str | None, Field(min_length=1, max_length=64, pattern=PRINTABLE)] = None


class StartBody(StrictModel):
    """A payment through an institution: by the code that the payer shows; without it, by a QR that the payer scans."""

    method: ByInstitution
    auth_code: Annotated[str | None, Field(pattern=r"^[0-9]{16,24}$", description="付款码")] = None


class MatchBody(StrictModel):
    """The day, by Beijing's time, and the institution."""

    method: ByInstitution
    day: date


class SettleBody(StrictModel):
    """What the difference was. The amount is the difference's own; `looked-at` and `found-later` move nothing."""

    note: Reason
    cause: Annotated[
        SettlementCause,
        Field(
            description="`found-later`: another day's bill has it. `fee-of-institution`: the institution kept it. "
            "`paid-twice-returned`: money that belongs to a payer came, or went back. `written-off`: nobody explains it."
        ),
    ] = SettlementCause.LOOKED_AT


class MatchedDayView(View):
    """How many lines a day's bill has, how many agree with our documents, and how many differences were found.

    `is_over` of false: the day is not over, and the job matches it again.
    """

    method: Method
    day: date
    lines: int
    matched: int
    differences: int
    is_over: bool


class PaymentView(View, alias_generator=within("document")):
    """A payment. The institution knows it by `number`; `qr` is the text of the code that the payer scans.

    `received_fen` is what came; where the payment is `returned`, it has gone back, or is on its way.
    """

    payment_id: int
    order_id: int
    method: Method
    presentation: Presentation
    state: PaymentState
    amount_fen: int
    received_fen: int | None
    number: str | None
    institution_number: str | None
    reference: str | None
    qr: str | None
    reason: str | None
    created_at: Moment
    finished_at: Moment | None
    taken_by: Annotated[PersonName, read_from("by")]


class DifferenceView(View, alias_generator=within("found")):
    """Something about money that a person must look at; `subject` is the number that it is about."""

    difference_id: int
    method: Method
    day: date
    cause: Cause
    subject: str
    payment_id: int | None
    ours_fen: int | None
    theirs_fen: int | None
    detail: str
    state: DifferenceState
    detected_at: Moment
    settled_by: PersonName | None
    settled_at: Moment | None
    settled_note: str | None
    settled_cause: SettlementCause | None
    settled_fen: Annotated[
        int | None, Field(description="what the settlement moved in the ledger; above zero, the institution holds more")
    ]


@Route(
    "POST",
    "/api/v1/orders/{order_id}/pay",
    Permission.SALES_SELL,
    status=HTTPStatus.CREATED,
    problems=(
        ProblemCode.NOT_FOUND,
        ProblemCode.ORDER_STATE,
        ProblemCode.SHIFT_REQUIRED,
        ProblemCode.PAYMENT_METHOD,
        ProblemCode.AGENCY_FUNDS,
    ),
    idempotent=True,
)
async def pay_order(call: Call[PayBody, OrderPath]) -> PaymentView:
    """Pay an order that waits, with money that is there: its tickets exist with the answer; read the order."""
    paid = AtOnce(Method(call.body.method), call.principal.user_id, call.body.reference)
    return PaymentView.of(await call.request.app[PAYMENTS].pay_at_once(call.parameters.order_id, paid, call.once, call.now))


@Route(
    "POST",
    "/api/v1/orders/{order_id}/payments",
    Permission.SALES_SELL,
    status=HTTPStatus.CREATED,
    problems=(ProblemCode.NOT_FOUND, ProblemCode.ORDER_STATE, ProblemCode.PAYMENT_METHOD),
    idempotent=True,
)
async def start_payment(call: Call[StartBody, OrderPath]) -> PaymentView:
    """Begin to pay an order through an institution: show its `qr`, or wait for the payer.

    Read the payment until its state is final.
    """
    wanted = Start(call.parameters.order_id, Method(call.body.method), call.body.auth_code, call.principal.user_id)
    return PaymentView.of(await call.request.app[PAYMENTS].start(wanted, call.once, call.now))


@Route("POST", "/api/v1/payments/{payment_id}/give-up", Permission.SALES_SELL, problems=(ProblemCode.NOT_FOUND,), once=True)
async def give_up_payment(call: Call[None, PaymentPath]) -> PaymentView:
    """Close or reverse a payment that is no longer needed; a payment that has ended stays as it is."""
    return PaymentView.of(await call.request.app[PAYMENTS].give_up(call.parameters.payment_id))


@Route("GET", "/api/v1/payments/{payment_id}", Permission.SALES_READ, problems=(ProblemCode.NOT_FOUND,))
async def read_payment(call: Call[None, PaymentPath]) -> PaymentView:
    """Read a payment: how it stands while a visitor pays, as the order shows it too."""
    return PaymentView.of(await call.request.app[PAYMENTS].payment(call.parameters.payment_id))


@Route(
    "POST",
    "/api/v1/reconciliation/matches",
    Permission.PAYMENTS_SETTLE,
    problems=(ProblemCode.PAYMENT_METHOD, ProblemCode.BILL_NOT_THERE),
    once=True,
)
async def match_bill(call: Call[MatchBody, None]) -> MatchedDayView:
    """Match an institution's bill of a day now, as the job does on the next day; you may repeat it at any time."""
    match = call.request.app[RECONCILIATION].match_by_hand
    found = await match(Method(call.body.method), call.body.day, call.principal.user_id)
    return MatchedDayView.of(found)


@Route(
    "POST",
    "/api/v1/reconciliation/differences/{difference_id}/settle",
    Permission.PAYMENTS_SETTLE,
    problems=(ProblemCode.NOT_FOUND, ProblemCode.CONFLICT),
    idempotent=True,
)
async def settle_reconciliation_difference(call: Call[SettleBody, DifferencePath]) -> DifferenceView:
    """Settle a difference by its cause, and post the movement that ends it in the books, where the cause moves money."""
    wanted = Settling(call.parameters.difference_id, call.body.cause, call.body.note, call.principal.user_id)
    return DifferenceView.of(await call.request.app[DIFFERENCES].settle(wanted, call.once, call.now))


@RawRoute(
    "POST",
    "/api/v1/notifications/{method}",
    Access.PUBLIC,
    media_type="*/*",
    problems=(ProblemCode.NOT_FOUND, ProblemCode.BODY_TOO_LARGE),
    raw_answers=(HTTPStatus.UNAUTHORIZED,),
)
async def notify_payment(request: web.Request) -> web.StreamResponse:
    """Receive an institution's notification; nothing of it is used before its signature is verified."""
    named = request.match_info["method"]
    if named not in INSTITUTIONS:
        raise Problem(ProblemCode.NOT_FOUND, NO_INSTITUTION.of(name=named))
    if (request.content_length or 0) > MAX_BODY_BYTES:
        raise Problem(ProblemCode.BODY_TOO_LARGE, NOTICE_TOO_LARGE.of(most=MAX_BODY_BYTES))
    body, now = await request.read(), request.app[CLOCK]()
    heard = await request.app[PAYMENTS].receive(Method(named), request.headers, body, now)
    return web.Response(status=heard.status, body=heard.body, content_type=heard.media_type)


OPERATIONS = (
    pay_order,
    start_payment,
    give_up_payment,
    read_payment,
    match_bill,
    settle_reconciliation_difference,
    notify_payment,
)
