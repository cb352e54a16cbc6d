"""Refunds of a closed day over HTTP."""

from datetime import date
from http import HTTPStatus
from typing import Annotated

from aiohttp import web
from pydantic import Field

from central.catalog.parameters import SiteNumber, TypeNumber
from central.catalog.routes.site_days import SiteDaysQuery
from central.domain.models import StrictModel
from central.domain.names import PersonName, SiteName, TicketTypeName
from central.domain.pagination import Page, from_cursor, page_from
from central.domain.principal import DataScope, Principal
from central.domain.problems import Problem, ProblemCode
from central.domain.texts import Reason
from central.domain.views import Moment, View, read_from, within
from central.identity.permissions import Permission
from central.refunds.batches import BatchState, ClosedDay, RefundBatches, WantedBatches
from central.refunds.messages import ALL_SALES_ONLY
from central.refunds.service import RefundState
from central.web.operations import Call, Route
from protocol.identifiers import SiteId, TicketTypeId

REFUND_BATCHES: web.AppKey[RefundBatches] = web.AppKey("refund_batches", RefundBatches)


class ClosedDayBody(StrictModel):
    """The tickets that a site sold for a day: of one type, or of all where it is left out."""

    site_id: SiteNumber
    day: date
    ticket_type_id: TypeNumber | None = None

    def stated(self) -> ClosedDay:
        """Return the closed day as the service takes it."""
        type_id = None if self.ticket_type_id is None else TicketTypeId(self.ticket_type_id)
        return ClosedDay(SiteId(self.site_id), self.day, type_id)


class RefundBatchBody(ClosedDayBody):
    """Whose tickets are refunded, and why."""

    reason: Reason


class RefundBatchPath(StrictModel):
    """Which batch."""

    batch_id: Annotated[int, Field(ge=1, lt=2**63)]


class RefundBatchQuery(SiteDaysQuery):
    """Which batches, by the day that was closed; a field that is left out does not restrict."""

    state: BatchState | None = None

    def wanted(self) -> WantedBatches:
        """Return the filter as the service takes it."""
        return WantedBatches(self.site_id, self.first_day, self.last_day, self.state)


class AffectedView(View):
    """The tickets of the day that are not refunded, used or not, and what was paid for them."""

    tickets: int
    persons: int
    paid_fen: int


class MadeView(View):
    """The refunds of a batch in one state."""

    state: RefundState
    refunds: int
    amount_fen: int


class RefundBatchView(View, alias_generator=within("closed")):
    """A batch, and how far it has come. `left_out` counts tickets that were used, blocked, or refunded otherwise."""

    batch_id: int
    site: SiteName
    day: date
    ticket_type: Annotated[TicketTypeName | None, read_from("closed", "type_id")]
    reason: str
    state: BatchState
    left_out: int
    requested_by: PersonName
    requested_at: Moment
    finished_at: Moment | None
    made: list[MadeView]


def _require_all(principal: Principal) -> None:
    """Raise Problem where the caller would touch or see sales outside the own data scope."""
    if principal.scope is not DataScope.ALL:
        raise Problem(ProblemCode.FORBIDDEN, ALL_SALES_ONLY.of())


@Route("POST", "/api/v1/refund-batch-quotes", Permission.REFUNDS_BATCH, problems=(ProblemCode.NOT_FOUND,))
async def quote_refund_batch(call: Call[ClosedDayBody, None]) -> AffectedView:
    """Count the tickets that a closed day touches; nothing is stored."""
    _require_all(call.principal)
    found = await call.request.app[REFUND_BATCHES].affected(call.body.stated())
    return AffectedView.of(found)


@Route(
    "POST",
    "/api/v1/refund-batches",
    Permission.REFUNDS_BATCH,
    status=HTTPStatus.CREATED,
    problems=(ProblemCode.NOT_FOUND,),
    idempotent=True,
    proved=True,
)
async def begin_refund_batch(call: Call[RefundBatchBody, None]) -> RefundBatchView:
    """Begin to refund all unused tickets of a closed day, without a fee; a job goes on with it."""
    _require_all(call.principal)
    begin = call.request.app[REFUND_BATCHES].begin
    return RefundBatchView.of(await begin(call.body.stated(), call.body.reason, call.once, call.principal.user_id, call.now))


@Route(
    "POST",
    "/api/v1/refund-batches/{batch_id}/stop",
    Permission.REFUNDS_BATCH,
    problems=(ProblemCode.NOT_FOUND, ProblemCode.REFUND_STATE),
    once=True,
)
async def stop_refund_batch(call: Call[None, RefundBatchPath]) -> RefundBatchView:
    """Stop a batch of refunds; the refunds that it made stay."""
    _require_all(call.principal)
    batches = call.request.app[REFUND_BATCHES]
    return RefundBatchView.of(await batches.stop(call.parameters.batch_id, call.principal.user_id, call.now))


@Route("GET", "/api/v1/refund-batches/{batch_id}", Permission.REFUNDS_READ, problems=(ProblemCode.NOT_FOUND,))
async def read_refund_batch(call: Call[None, RefundBatchPath]) -> RefundBatchView:
    """Read how far a batch of refunds has come."""
    _require_all(call.principal)
    return RefundBatchView.of(await call.request.app[REFUND_BATCHES].batch(call.parameters.batch_id))


@Route("GET", "/api/v1/refund-batches", Permission.REFUNDS_READ)
async def list_refund_batches(call: Call[None, RefundBatchQuery]) -> Page[RefundBatchView]:
    """List batches of refunds, newest first."""
    _require_all(call.principal)
    asked = call.parameters
    found = await call.request.app[REFUND_BATCHES].batches(asked.wanted(), from_cursor(asked.after), asked.one_more)
    return page_from(found, asked, lambda one: (one.batch_id,), RefundBatchView.of)


OPERATIONS = (quote_refund_batch, begin_refund_batch, stop_refund_batch, read_refund_batch, list_refund_batches)
