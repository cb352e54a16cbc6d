"""Corrections of the count on site over HTTP."""

from http import HTTPStatus
from typing import Annotated

from aiohttp import web
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from central.catalog.routes.ticket_types import SitePath
from central.domain.field_messages import unfit
from central.domain.names import PersonName, SiteName
from central.domain.pagination import Page, PageQuery, from_cursor, page_from
from central.domain.problems import ProblemCode
from central.domain.texts import Reason
from central.domain.views import Moment, View
from central.identity.permissions import Permission
from central.sync.corrections import Corrections
from central.sync.messages import CORRECTION_EMPTY
from central.web.operations import Call, Route
from protocol.identifiers import SiteId

CORRECTIONS: web.AppKey[Corrections] = web.AppKey("corrections", Corrections)
MOST_PERSONS_CORRECTED = 1_000_000


def _changes(persons: int) -> int:
    if persons == 0:
        raise unfit(CORRECTION_EMPTY.of())
    return persons


class CorrectionBody(BaseModel):
    """By how many persons the count is corrected: more than were counted, or fewer (below zero); and why."""

    model_config = ConfigDict(extra="forbid")

    persons: Annotated[int, Field(ge=-MOST_PERSONS_CORRECTED, le=MOST_PERSONS_CORRECTED), AfterValidator(_changes)]
    reason: Reason


class CorrectionQuery(SitePath, PageQuery):
    """Of which site."""


class CorrectionView(View):
    """A correction of the count on site."""

    correction_id: int
    site: SiteName
    corrected_at: Moment
    corrected_by: PersonName
    persons: int
    reason: str


@Route(
    "POST",
    "/api/v1/sites/{site_id}/on-site-corrections",
    Permission.ON_SITE_CORRECT,
    status=HTTPStatus.CREATED,
    problems=(ProblemCode.NOT_FOUND,),
    idempotent=True,
)
async def correct_on_site(call: Call[CorrectionBody, SitePath]) -> CorrectionView:
    """Correct today's count of persons on site, with a record."""
    site_id, body = SiteId(call.parameters.site_id), call.body
    corrections, by = call.request.app[CORRECTIONS], call.principal.user_id
    return CorrectionView.of(await corrections.add(site_id, body.persons, body.reason, call.once, by, call.now))


@Route("GET", "/api/v1/sites/{site_id}/on-site-corrections", Permission.REPORTS_READ, problems=(ProblemCode.NOT_FOUND,))
async def list_on_site_corrections(call: Call[None, CorrectionQuery]) -> Page[CorrectionView]:
    """List corrections of the count on site, newest first."""
    asked = call.parameters
    found = await call.request.app[CORRECTIONS].corrections(SiteId(asked.site_id), from_cursor(asked.after), asked.one_more)
    return page_from(found, asked, lambda one: (one.correction_id,), CorrectionView.of)


OPERATIONS = (correct_on_site, list_on_site_corrections)
