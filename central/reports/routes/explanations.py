"""Why the gate did not open, over HTTP. The text stands in the body, because it may be a ticket's code, which no log may keep."""

from typing import Annotated

from aiohttp import web
from pydantic import AwareDatetime, BaseModel, Field, model_validator

from central.devices.routes import CheckPointNumber
from central.domain.field_messages import unfit
from central.domain.messages import SAY_WHAT_IS_SHOWN
from central.domain.names import AgentName, CheckPointName, SiteName, TicketTypeName
from central.domain.views import Moment, View
from central.identity.permissions import Permission
from central.issuing.views import ShownTicketId
from central.reports.explanations import Asked, Explanation, Explanations, SilentGate
from central.reports.look_ups import Shown
from central.reports.messages import SAY_SHOWN_OR_GATE
from central.reports.routes.look_ups import ShownBody
from central.reports.rules.refusal_sentences import Act, acts_for, never_refused, sentence, silence
from central.sales.data_scope import counter_sight_of
from central.web.operations import Call, Route
from protocol.admission.verdict import Language
from protocol.directions import Direction
from protocol.identifiers import CheckPointId
from protocol.instants import Instant, from_datetime

EXPLANATIONS: web.AppKey[Explanations] = web.AppKey("explanations", Explanations)
_ZH, _EN = Language.ZH_CN, Language.EN


class ExplanationBody(ShownBody):
    """What the visitor shows or says, or the gate where it was, or both."""

    check_point_id: CheckPointNumber | None = None
    happened_at: Annotated[AwareDatetime | None, Field(description="about when; the last 15 minutes where left out")] = None

    @model_validator(mode="after")
    def _says_something(self) -> "ExplanationBody":
        if self.text is not None and self.document is not None:
            raise unfit(SAY_WHAT_IS_SHOWN.of())
        if self.shown() == Shown() and self.check_point_id is None:
            raise unfit(SAY_SHOWN_OR_GATE.of())
        return self

    def stated(self, now: Instant) -> Asked:
        """Return the question as the service takes it."""
        point = None if self.check_point_id is None else CheckPointId(self.check_point_id)
        return Asked(self.shown(), point, now if self.happened_at is None else from_datetime(self.happened_at))


class ExplanationView(View):
    """One refusal in one sentence, with what helps now, the best first. Without a reason: no gate has told of a refusal."""

    sentence_zh: str
    sentence_en: str
    reason: Annotated[str | None, Field(description="the gate's reason; a newer gate may know other reasons")]
    acts: Annotated[list[Act], Field(description="what helps now, the best first")]
    opens_now: Annotated[bool | None, Field(description="whether that check point would open now; empty where staff decide")]
    site: SiteName | None
    check_point: CheckPointName | None
    agent: AgentName | None
    direction: Direction | None
    scanned_at: Moment | None
    received_at: Annotated[Moment | None, Field(description="when central learned of it")]
    by_central: Annotated[bool | None, Field(description="whether central decided it, not the gate")]
    ticket_id: ShownTicketId | None
    ticket_type: TicketTypeName | None
    order_id: int | None


class SilentGateView(BaseModel):
    """A gate that has not called for a minute or more: what it did since is not known."""

    sentence_zh: str
    sentence_en: str
    check_point: CheckPointName
    agent: AgentName
    seen_at: Moment


class ExplanationsView(BaseModel):
    """The newest refusals first, and the gates that may know more."""

    items: list[ExplanationView]
    silent_gates: list[SilentGateView]


@Route("POST", "/api/v1/explanations", Permission.SALES_READ)
async def explain_refusal(call: Call[ExplanationBody, None]) -> ExplanationsView:
    """Explain why the gate did not open, by what the visitor shows, or by the gate and the time."""
    asked = call.body.stated(call.now)
    answer = await call.request.app[EXPLANATIONS].explain(asked, counter_sight_of(call.principal), call.now)
    return ExplanationsView(
        items=[_view(one, call.now) for one in answer.explanations],
        silent_gates=[_silent(one, call.now) for one in answer.silent],
    )


def _view(one: Explanation, now: Instant) -> ExplanationView:
    refused = one.refused
    zh, en = (
        (never_refused(_ZH), never_refused(_EN))
        if refused is None
        else (sentence(refused, _ZH, one.zone, now), sentence(refused, _EN, one.zone, now))
    )
    return ExplanationView.model_validate(
        {
            "sentence_zh": zh,
            "sentence_en": en,
            "reason": None if refused is None else refused.reason,
            "acts": [] if refused is None else acts_for(refused.reason),
            "scanned_at": None if refused is None else refused.scanned_at,
            "received_at": None if refused is None else refused.received_at,
            "by_central": None if refused is None else refused.by_central,
            **{name: getattr(one, name) for name in ("opens_now", "direction", "order_id", "ticket_id")},
            **{name: getattr(one, f"{name}_id") for name in ("site", "check_point", "agent", "ticket_type")},
        }
    )


def _silent(one: SilentGate, now: Instant) -> SilentGateView:
    return SilentGateView.model_validate(
        {
            "sentence_zh": silence(one.place, one.seen_at, _ZH, now),
            "sentence_en": silence(one.place, one.seen_at, _EN, now),
            "check_point": one.check_point_id,
            "agent": one.agent_id,
            "seen_at": one.seen_at,
        }
    )


OPERATIONS = (explain_refusal,)
