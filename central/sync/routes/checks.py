"""Checks of tickets by people with a phone, over HTTP. What was shown stands in the body, because no log may keep it."""

from typing import Annotated

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, model_validator

from central.domain.field_messages import unfit
from central.domain.messages import SAY_WHAT_IS_SHOWN
from central.domain.models import StrictModel
from central.domain.names import CheckPointName, PersonName, SiteName, TicketTypeName
from central.domain.problems import ProblemCode
from central.domain.texts import Reason
from central.domain.views import Hex, Moment, View, within
from central.identity.permissions import Permission
from central.issuing.views import ShownTicketId
from central.sales.routes.shown import ShownFields
from central.sync.checks import AskedCheck, Checks
from central.sync.rules.checks import CheckResult
from central.web.operations import Call, Route
from protocol.admission.verdict import Reason as RefusalReason
from protocol.directions import Direction
from protocol.identifiers import AttemptId, CheckPointId

CHECKS: web.AppKey[Checks] = web.AppKey("checks", Checks)
MOST_PERSONS = 1_000
MAX_NUMBER = 2**63 - 1
Number = Annotated[int, Field(ge=1, le=MAX_NUMBER)]


class CheckPointPath(StrictModel):
    """Which check point."""

    check_point_id: Annotated[int, Field(ge=1, le=2**32 - 1)]


class CheckPath(StrictModel):
    """Which check."""

    check_id: Number


class CheckBody(ShownFields):
    """What a visitor shows: one of text and document; how many come in; whether the checker compared holder and document.

    `attempt_id`: 32 hexadecimal digits that the client chooses for each showing. The same again is the same check.
    """

    attempt_id: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$", description="chosen by the client, new for each showing")]
    persons: Annotated[int, Field(ge=1, le=MOST_PERSONS)] = 1
    holder_confirmed: Annotated[bool, Field(strict=True, description="the checker saw that the holder is the person")] = False

    @model_validator(mode="after")
    def _one_of_two(self) -> "CheckBody":
        if (self.text is None) == (self.document is None):
            raise unfit(SAY_WHAT_IS_SHOWN.of())
        return self

    def stated(self, check_point: int) -> AskedCheck:
        """Return it as the service takes it."""
        document = None if self.document is None else self.document.stated()
        attempt = AttemptId(bytes.fromhex(self.attempt_id))
        return AskedCheck(CheckPointId(check_point), attempt, self.text, document, self.persons, self.holder_confirmed)


class UndoBody(StrictModel):
    """Why the passage did not happen."""

    reason: Reason


class TextView(View):
    """A text in both languages; empty: nothing to say."""

    zh: str
    en: str


class CheckView(View):
    """A check and its verdict: the one that a gate would give."""

    model_config = ConfigDict(alias_generator=within("said"))

    check_id: int
    attempt_id: Hex
    site: SiteName
    check_point: CheckPointName
    checked_by: PersonName
    checked_at: Moment
    persons: Annotated[int, Field(description="persons let through, or asked for")]
    result: Annotated[CheckResult, Field(description="what the checker does next")]
    reason: Annotated[RefusalReason | None, Field(description="why not; at an exit that opens: what staff should look at")]
    visitor: Annotated[TextView, Field(description="for the visitor")]
    staff: Annotated[TextView, Field(description="for the checker")]
    place: Annotated[TextView, Field(description="where the ticket is used, or was; empty where that does not matter")]
    passes_at: Annotated[Moment | None, Field(description="when it may pass")]
    uses_left: Annotated[int | None, Field(description="uses that are left after this; null where uses are not counted")]
    ticket_id: ShownTicketId | None
    ticket_type: TicketTypeName | None
    undo_ends_at: Annotated[Moment | None, Field(description="until then the checker can take the passage back")]
    is_undone: Annotated[bool, Field(description="the passage did not happen")]


class TallyView(View):
    """Today's checks by phone at a check point: in all, and the caller's own."""

    admitted: Annotated[int, Field(description="persons let through, without those taken back")]
    refused: Annotated[int, Field(description="checks that were refused or left to staff")]
    own_admitted: int
    own_refused: int


class OwnCheckPointView(View):
    """A check point at which the caller may check."""

    site: SiteName
    check_point: CheckPointName
    direction: Direction


class OwnCheckPointsView(BaseModel):
    """By site, then by number."""

    items: list[OwnCheckPointView]


@Route("GET", "/api/v1/own-check-points", Permission.ADMISSIONS_CHECK)
async def read_own_check_points(call: Call[None, None]) -> OwnCheckPointsView:
    """Read the check points at which the caller may check: those of the sites that the caller supervises."""
    found = await call.request.app[CHECKS].points_of(call.principal.user_id)
    return OwnCheckPointsView(items=[OwnCheckPointView.of(one) for one in found])


@Route(
    "POST",
    "/api/v1/check-points/{check_point_id}/checks",
    Permission.ADMISSIONS_CHECK,
    problems=(ProblemCode.NOT_FOUND, ProblemCode.FORBIDDEN, ProblemCode.CONFLICT),
    once=True,
)
async def check_ticket(call: Call[CheckBody, CheckPointPath]) -> CheckView:
    """Check a ticket at a check point, and record who was let through; the same attempt gets the same answer."""
    asked = call.body.stated(call.parameters.check_point_id)
    return CheckView.of(await call.request.app[CHECKS].check(asked, call.principal.user_id, call.now))


@Route(
    "POST",
    "/api/v1/checks/{check_id}/undo",
    Permission.ADMISSIONS_CHECK,
    problems=(ProblemCode.NOT_FOUND, ProblemCode.FORBIDDEN, ProblemCode.CONFLICT),
    once=True,
)
async def undo_check(call: Call[UndoBody, CheckPath]) -> CheckView:
    """Undo an own check within a minute: the passage did not happen, and the ticket has its use again."""
    checks, check_id = call.request.app[CHECKS], call.parameters.check_id
    return CheckView.of(await checks.undo(check_id, call.body.reason, call.principal.user_id, call.now))


@Route(
    "GET",
    "/api/v1/check-points/{check_point_id}/checks/today",
    Permission.ADMISSIONS_CHECK,
    problems=(ProblemCode.NOT_FOUND, ProblemCode.FORBIDDEN),
)
async def read_checks_today(call: Call[None, CheckPointPath]) -> TallyView:
    """Read how many were let through and refused by phone at a check point on the site's business day."""
    point = CheckPointId(call.parameters.check_point_id)
    return TallyView.of(await call.request.app[CHECKS].today(point, call.principal.user_id, call.now))


OPERATIONS = (read_own_check_points, check_ticket, undo_check, read_checks_today)
