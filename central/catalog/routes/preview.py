"""The preview of a ticket type over HTTP."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

from aiohttp import web
from pydantic import AfterValidator, BaseModel, Field, model_validator

from central.catalog.checks import MOST_PERSONS
from central.catalog.messages import NAME_OR_STATE_TYPE, OUT_OF_REACH
from central.catalog.parameters import LAST_DAY, SiteNumber, TicketTypeParameters, TypeNumber
from central.catalog.preview import Preview, Previewed, WantedPreview
from central.catalog.rules.preview import EarlierPassage, Visit
from central.domain.field_messages import unfit
from central.domain.local_times import LocalMoment, LocalTime
from central.domain.models import StrictModel
from central.domain.problems import ProblemCode
from central.identity.permissions import Permission
from central.web.operations import Call, Route
from protocol.admission.facts import HolderShown
from protocol.admission.tables import MAX_ENTITLEMENTS
from protocol.admission.verdict import Admit, AskForCard, CallStaff, Language, Reason, Refuse, staff_text, visitor_text
from protocol.identifiers import U32_MAX, CheckPointId, SiteId, TicketTypeId
from protocol.instants import to_datetime

PREVIEW: web.AppKey[Preview] = web.AppKey("preview", Preview)
MOST_EARLIER = 100
_FIRST_DAY = date(2000, 1, 1)
_PointNumber = Annotated[int, Field(ge=1, le=U32_MAX)]
_Persons = Annotated[int, Field(ge=1, le=MOST_PERSONS)]
_Day = Annotated[date, Field(ge=_FIRST_DAY, le=LAST_DAY)]


def _in_reach(at: datetime) -> datetime:
    if not _FIRST_DAY <= at.date() <= LAST_DAY:
        raise unfit(OUT_OF_REACH.of(first=_FIRST_DAY, last=LAST_DAY))
    return at


_Moment = Annotated[LocalMoment, AfterValidator(_in_reach)]
_ADMITTED, _CARD = ("放行", "Admitted"), ("请出示证件", "The document is asked for")


class EarlierBody(StrictModel):
    """An earlier passage of the same ticket at a check point of the site.

    The direction of the check point says: entry or exit.
    """

    scan_time: _Moment
    check_point_id: _PointNumber
    persons: _Persons = 1
    entitlement: Annotated[int, Field(ge=1, le=MAX_ENTITLEMENTS, description="by its place, counted from 1")] = 1


class PreviewBody(StrictModel):
    """A visitor at a check point, with a ticket of a type for a day. The type is saved, or a draft that stands here.

    A draft counts as ticked at every check point. `inside`: so many persons are on site.
    """

    ticket_type_id: TypeNumber | None = None
    parameters: TicketTypeParameters | None = None
    check_point_id: _PointNumber
    scan_time: _Moment
    visit_day: _Day
    slot_start: LocalTime | None = None
    ticket_persons: _Persons = 1
    persons: _Persons = 1
    holder: HolderShown = HolderShown.NOT_YET
    inside: Annotated[int | None, Field(ge=0, le=U32_MAX)] = None
    earlier: Annotated[list[EarlierBody], Field(max_length=MOST_EARLIER)] = []

    @model_validator(mode="after")
    def _one_type(self) -> "PreviewBody":
        if (self.ticket_type_id is None) == (self.parameters is None):
            raise unfit(NAME_OR_STATE_TYPE.of())
        return self

    def stated(self, site_id: SiteId) -> WantedPreview:
        """Return the preview as the service takes it."""
        earlier = tuple(
            EarlierPassage(one.scan_time, CheckPointId(one.check_point_id), one.persons, one.entitlement) for one in self.earlier
        )
        visit = Visit(
            check_point=CheckPointId(self.check_point_id),
            at=self.scan_time,
            visit=self.visit_day,
            slot_start=self.slot_start,
            ticket_persons=self.ticket_persons,
            persons=self.persons,
            holder=self.holder,
            inside=self.inside,
            earlier=earlier,
        )
        type_id = None if self.ticket_type_id is None else TicketTypeId(self.ticket_type_id)
        return WantedPreview(site_id, type_id, self.parameters, visit)


class VerdictWord(StrEnum):
    """What the gate would do."""

    ADMIT = "admit"
    ASK_FOR_CARD = "ask-for-card"
    REFUSE = "refuse"
    CALL_STAFF = "call-staff"


class PreviewView(BaseModel):
    """What the gate would say. `passes_at`: when it would admit, where only the time is against it."""

    verdict: VerdictWord
    reason: Reason | None
    visitor_zh: str
    visitor_en: str
    staff_zh: str
    staff_en: str
    uses_left: int | None
    passes_at: datetime | None


class PreviewPath(StrictModel):
    """At which site."""

    site_id: SiteNumber


@Route(
    "POST",
    "/api/v1/sites/{site_id}/admission-previews",
    Permission.CATALOG_READ,
    problems=(ProblemCode.NOT_FOUND, ProblemCode.SLOT_REQUIRED),
)
async def preview_admission(call: Call[PreviewBody, PreviewPath]) -> PreviewView:
    """Preview what a gate would say to a visitor, by a type that is saved or drafted; nothing is stored."""
    return _view(await call.request.app[PREVIEW].preview(call.body.stated(SiteId(call.parameters.site_id))))


def _view(found: Previewed) -> PreviewView:
    verdict = found.verdict
    if isinstance(verdict, Refuse | CallStaff):
        passes_at = verdict.details.passes_at
        return PreviewView(
            verdict=VerdictWord.REFUSE if isinstance(verdict, Refuse) else VerdictWord.CALL_STAFF,
            reason=verdict.reason,
            visitor_zh=visitor_text(verdict, Language.ZH_CN, found.zone),
            visitor_en=visitor_text(verdict, Language.EN, found.zone),
            staff_zh=staff_text(verdict, Language.ZH_CN, found.zone),
            staff_en=staff_text(verdict, Language.EN, found.zone),
            uses_left=verdict.details.left,
            passes_at=None if passes_at is None else to_datetime(passes_at),
        )
    kind, (zh, en) = (VerdictWord.ASK_FOR_CARD, _CARD) if isinstance(verdict, AskForCard) else (VerdictWord.ADMIT, _ADMITTED)
    left = verdict.uses_left if isinstance(verdict, Admit) else None
    return PreviewView(
        verdict=kind, reason=None, visitor_zh=zh, visitor_en=en, staff_zh=zh, staff_en=en, uses_left=left, passes_at=None
    )


OPERATIONS = (preview_admission,)
