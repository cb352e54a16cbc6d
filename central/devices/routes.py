"""Check points and agents over HTTP, for people."""

from datetime import datetime
from enum import StrEnum
from http import HTTPStatus
from typing import Annotated

from aiohttp import web
from pydantic import BaseModel, Field

from central.devices.agents import Agent, Agents, AgentState, WantedAgents
from central.devices.check_points import CheckPoints, CheckPointWish, HostedCheckPoint, WantedCheckPoints
from central.devices.guard import AgentGuard
from central.devices.rules.enrolment import AgentRole
from central.devices.rules.seen import Seen, seen
from central.domain.models import Amendment, InFull, StrictModel, Version, amendment
from central.domain.names import SiteName
from central.domain.pagination import Page, PageQuery, from_cursor, page_from, page_of
from central.domain.problems import ProblemCode
from central.domain.texts import SearchText
from central.domain.versions import Versioned
from central.domain.views import Moment, View
from central.identity.permissions import Permission
from central.identity.routes.setting_groups import SettingGroupName
from central.web.operations import Call, Route
from protocol.admission.freshness import DEFAULT_AUTONOMY_S, Freshness, freshness
from protocol.admission.policy import CheckPointState
from protocol.directions import Direction
from protocol.identifiers import U16_MAX, U32_MAX, AgentId, CheckPointId, SiteId, TicketTypeId
from protocol.instants import Instant, to_datetime
from protocol.sync.messages import Duty

CHECK_POINTS: web.AppKey[CheckPoints] = web.AppKey("check_points", CheckPoints)
AGENTS: web.AppKey[Agents] = web.AppKey("agents", Agents)
GUARD: web.AppKey[AgentGuard] = web.AppKey("agent_guard", AgentGuard)
MOST_TICKED = 1_000
_STALE = (ProblemCode.NOT_FOUND, ProblemCode.CHECK_POINT_STATE, ProblemCode.VERSION_CONFLICT)
MOST_HOSTED = 64
MOST_COPIES = 200

Name = Annotated[str, Field(min_length=1, max_length=80)]
EnglishName = Annotated[str, Field(max_length=80)]  # empty: the Chinese name is read
SiteNumber = Annotated[int, Field(ge=1, le=U16_MAX)]
CheckPointNumber = Annotated[int, Field(ge=1, le=U32_MAX)]
AgentNumber = Annotated[int, Field(ge=1, le=U32_MAX)]
EditionNumber = Annotated[int, Field(ge=0, lt=2**63)]


class CheckPointStateWord(StrEnum):
    """Whether a check point admits. Retired: it is gone, and stays in records."""

    ENABLED = "enabled"
    DISABLED = "disabled"
    RETIRED = "retired"


class SitePath(StrictModel):
    """Which site."""

    site_id: SiteNumber


class CheckPointQuery(SitePath, PageQuery):
    """Which check points of a site; a field that is left out does not restrict."""

    text: Annotated[SearchText | None, Field(description="a part of either name, in any case")] = None
    state: CheckPointStateWord | None = None
    agent_id: AgentNumber | None = None

    def wanted(self) -> WantedCheckPoints:
        """Return the filter as the service takes it."""
        return WantedCheckPoints(self.text, None if self.state is None else CheckPointState[self.state.name], self.agent_id)


class AgentQuery(PageQuery):
    """Which agents; a field that is left out does not restrict. `feed_version` is of an epoch: state both."""

    text: Annotated[SearchText | None, Field(description="a part of the name, in any case")] = None
    role: Annotated[AgentRole | None, Field(description="computers that are for this only")] = None
    site_id: SiteNumber | None = None
    state: AgentState | None = None
    seen: Annotated[Seen | None, Field(description="fresh: within 90 s; late: within 15 minutes; silent: before")] = None
    feed_epoch: EditionNumber | None = None
    feed_version: EditionNumber | None = None

    def wanted(self) -> WantedAgents:
        """Return the filter as the service takes it."""
        return WantedAgents(**self.model_dump(exclude={"after", "limit"}))


class CheckPointPath(StrictModel):
    """Which check point."""

    check_point_id: CheckPointNumber


class AgentPath(StrictModel):
    """Which agent."""

    agent_id: AgentNumber


class CheckPointBody(StrictModel):
    """检票设备. `ticked` are the ticket types that it lets through; `agent_id` is the computer that hosts it."""

    name_zh: Name
    name_en: EnglishName = ""
    zone: Annotated[int, Field(ge=0, le=U16_MAX)] = 0
    direction: Direction = Direction.ENTRY
    state: CheckPointStateWord = CheckPointStateWord.ENABLED
    ticked: Annotated[list[Annotated[int, Field(ge=1, le=U16_MAX)]], Field(max_length=MOST_TICKED)] = []
    attended: bool = False
    reads_documents: bool = False
    agent_id: AgentNumber | None = None


class CheckPointInFullBody(InFull, CheckPointBody):
    """A check point as it is to be from now on, in full."""

    version: Version


class CheckPointAmendmentBody(Amendment):
    """What changes of a check point; a field that is left out stays as it is."""

    version: Version
    name_zh: Name
    name_en: EnglishName
    zone: Annotated[int, Field(ge=0, le=U16_MAX)]
    direction: Direction
    state: CheckPointStateWord
    ticked: Annotated[list[Annotated[int, Field(ge=1, le=U16_MAX)]], Field(max_length=MOST_TICKED)]
    attended: bool
    reads_documents: bool
    agent_id: AgentNumber | None


class TickedCopyBody(StrictModel):
    """The check points of the site that get the same ticks: these, and those of these groups."""

    check_point_ids: Annotated[list[CheckPointNumber], Field(max_length=MOST_COPIES)] = []
    groups: Annotated[list[SettingGroupName], Field(max_length=MOST_COPIES)] = []


class CheckPointView(Versioned, CheckPointBody):
    """A check point; one that recorded anything can only be retired."""

    kind_of_subject, named_by = "check-point", ("check_point_id",)

    check_point_id: int
    site: SiteName
    has_recorded: bool


class CodeBody(StrictModel):
    """A new enrolment code: the role of the computer, and which check points it will host."""

    role: AgentRole = AgentRole.GATE
    check_point_ids: Annotated[list[CheckPointNumber], Field(max_length=MOST_HOSTED)] = []


class CheckPointsView(BaseModel):
    """Check points that were given the same settings."""

    items: list[CheckPointView]


class CodeView(View):
    """A code for one use within ten minutes; it is shown once."""

    code: str
    expires_at: Moment


class RevokeBody(StrictModel):
    """`wipe`: the agent is told to erase its keys and cache, never what it has not uploaded."""

    wipe: bool = False


class LostBody(StrictModel):
    """Why it will never report again; this is in the audit."""

    reason: Annotated[str, Field(min_length=1, max_length=200)]


class AgentView(BaseModel):
    """A computer. `feed_epoch` and `feed_version` are what its ingested journal says it decides by.

    `freshness` follows from the timestamp that it was last given: live, ok, offline, stale or locked.
    """

    agent_id: int
    site: SiteName
    name: str
    role: AgentRole
    state: AgentState
    seen: Annotated[Seen, Field(description="when it was seen last: fresh, within 90 s; late, within 15 minutes; silent, before")]
    enrolled_at: datetime
    last_seen_at: datetime
    last_head_at: datetime | None
    feed_epoch: int
    feed_version: int
    freshness: Freshness
    duty: Duty
    revoked_at: datetime | None
    lost_at: datetime | None


@Route(
    "POST",
    "/api/v1/sites/{site_id}/check-points",
    Permission.DEVICES_EDIT,
    status=HTTPStatus.CREATED,
    problems=(ProblemCode.NOT_FOUND, ProblemCode.CONFLICT),
    once=True,
)
async def add_check_point(call: Call[CheckPointBody, SitePath]) -> CheckPointView:
    """Add a check point to a site under the next number."""
    site = SiteId(call.parameters.site_id)
    return _view(await call.request.app[CHECK_POINTS].add(site, _wish(call.body), call.principal.user_id, call.now))


@Route("GET", "/api/v1/sites/{site_id}/check-points", Permission.DEVICES_READ, problems=(ProblemCode.NOT_FOUND,))
async def list_check_points(call: Call[None, CheckPointQuery]) -> Page[CheckPointView]:
    """List a site's check points by number."""
    asked = call.parameters
    found = await call.request.app[CHECK_POINTS].of_site(SiteId(asked.site_id), asked.wanted())
    return page_of([_view(one) for one in found], lambda one: one.check_point_id, asked)


@Route("PUT", "/api/v1/check-points/{check_point_id}", Permission.DEVICES_EDIT, problems=_STALE)
async def change_check_point(call: Call[CheckPointInFullBody, CheckPointPath]) -> CheckPointView:
    """Replace a check point's settings."""
    points, number, by = call.request.app[CHECK_POINTS], CheckPointId(call.parameters.check_point_id), call.principal.user_id
    return _view(await points.change(number, _wish(call.body), by, call.now, call.body.version))


@Route("PATCH", "/api/v1/check-points/{check_point_id}", Permission.DEVICES_EDIT, problems=_STALE)
async def amend_check_point(call: Call[CheckPointAmendmentBody, CheckPointPath]) -> CheckPointView:
    """Change some of a check point's settings; all that is left out stays as it is."""
    points, number, by = call.request.app[CHECK_POINTS], CheckPointId(call.parameters.check_point_id), call.principal.user_id
    stands = _view(await points.point(number))
    body = CheckPointBody(**{name: getattr(stands, name) for name in CheckPointBody.model_fields})
    return _view(await points.change(number, _wish(amendment(body, call.body)), by, call.now, call.body.version))


@Route(
    "DELETE",
    "/api/v1/check-points/{check_point_id}",
    Permission.DEVICES_EDIT,
    status=HTTPStatus.NO_CONTENT,
    problems=(ProblemCode.NOT_FOUND, ProblemCode.CHECK_POINT_STATE),
)
async def delete_check_point(call: Call[None, CheckPointPath]) -> None:
    """Delete a check point that never recorded anything."""
    number = CheckPointId(call.parameters.check_point_id)
    await call.request.app[CHECK_POINTS].remove(number, call.principal.user_id, call.now)


@Route(
    "POST",
    "/api/v1/sites/{site_id}/enrolment-codes",
    Permission.DEVICES_EDIT,
    status=HTTPStatus.CREATED,
    problems=(ProblemCode.NOT_FOUND, ProblemCode.TOO_MANY_REQUESTS),
    once=True,
)
async def add_enrolment_code(call: Call[CodeBody, SitePath]) -> CodeView:
    """Make a one-time code that enrols a computer."""
    points = tuple(CheckPointId(number) for number in call.body.check_point_ids)
    site, by = SiteId(call.parameters.site_id), call.principal.user_id
    made = await call.request.app[AGENTS].make_code(site, call.body.role, points, by, call.now)
    return CodeView.of(made)


@Route("GET", "/api/v1/agents", Permission.DEVICES_READ)
async def list_agents(call: Call[None, AgentQuery]) -> Page[AgentView]:
    """List agents by number, with their last reports."""
    await call.request.app[GUARD].write_down()
    asked, agents = call.parameters, call.request.app[AGENTS]
    found = await agents.found(asked.wanted(), call.now, from_cursor(asked.after), asked.one_more)
    return page_from(found, asked, lambda one: (one.agent_id,), lambda one: _agent_view(one, call.now))


@Route("POST", "/api/v1/agents/{agent_id}/revoke", Permission.DEVICES_EDIT, problems=(ProblemCode.NOT_FOUND,), once=True)
async def revoke_agent(call: Call[RevokeBody, AgentPath]) -> AgentView:
    """Revoke an agent, which ends its rights."""
    number, by = AgentId(call.parameters.agent_id), call.principal.user_id
    revoked = await call.request.app[AGENTS].revoke(number, by, call.now, wipe=call.body.wipe)
    call.request.app[GUARD].forget(number)
    return _agent_view(revoked, call.now)


@Route("POST", "/api/v1/agents/{agent_id}/declare-lost", Permission.DEVICES_EDIT, problems=(ProblemCode.NOT_FOUND,), once=True)
async def declare_agent_lost(call: Call[LostBody, AgentPath]) -> AgentView:
    """Declare on the record that an agent is lost and will never report again: refunds no longer wait for it."""
    number, by = AgentId(call.parameters.agent_id), call.principal.user_id
    lost = await call.request.app[AGENTS].declare_lost(number, by, call.body.reason, call.now)
    call.request.app[GUARD].forget(number)
    return _agent_view(lost, call.now)


@Route(
    "POST",
    "/api/v1/check-points/{check_point_id}/ticked-copies",
    Permission.DEVICES_EDIT,
    problems=(ProblemCode.NOT_FOUND, ProblemCode.CHECK_POINT_STATE),
    once=True,
)
async def copy_ticked_types(call: Call[TickedCopyBody, CheckPointPath]) -> CheckPointsView:
    """Tick other check points of the site for the types of one, instead of their own."""
    source, by = CheckPointId(call.parameters.check_point_id), call.principal.user_id
    to = [CheckPointId(number) for number in call.body.check_point_ids]
    copies = await call.request.app[CHECK_POINTS].copy_ticked(source, to, call.body.groups, by, call.now)
    return CheckPointsView(items=[_view(hosted) for hosted in copies])


def _wish(body: CheckPointBody) -> CheckPointWish:
    return CheckPointWish(
        zone=body.zone,
        name_zh=body.name_zh,
        name_en=body.name_en,
        direction=body.direction,
        state=CheckPointState[body.state.name],
        ticked=frozenset(TicketTypeId(number) for number in body.ticked),
        attended=body.attended,
        reads_documents=body.reads_documents,
        agent=None if body.agent_id is None else AgentId(body.agent_id),
    )


def _view(hosted: HostedCheckPoint) -> CheckPointView:
    point = hosted.check_point
    return CheckPointView(
        check_point_id=point.check_point_id,
        site=SiteName.of(point.site),
        name_zh=point.name_zh,
        name_en=point.name_en,
        zone=point.zone,
        direction=point.direction,
        state=CheckPointStateWord[point.state.name],
        ticked=sorted(point.ticked),
        attended=point.attended,
        reads_documents=point.reads_documents,
        agent_id=hosted.agent,
        has_recorded=hosted.has_recorded,
    )


def _agent_view(agent: Agent, now: Instant) -> AgentView:
    return AgentView(
        agent_id=agent.agent_id,
        site=SiteName.of(agent.site_id),
        name=agent.name,
        role=agent.role,
        state=agent.state,
        seen=seen(agent.last_seen_at, now),
        enrolled_at=to_datetime(agent.enrolled_at),
        last_seen_at=to_datetime(agent.last_seen_at),
        last_head_at=to_datetime(agent.last_head_at) if agent.last_head_at else None,
        feed_epoch=agent.in_force.epoch,
        feed_version=agent.in_force.version,
        freshness=freshness(max(0, now - agent.last_head_at), 0, DEFAULT_AUTONOMY_S),
        duty=agent.duty,
        revoked_at=None if agent.revoked_at is None else to_datetime(agent.revoked_at),
        lost_at=None if agent.lost_at is None else to_datetime(agent.lost_at),
    )


OPERATIONS = (
    add_check_point,
    list_check_points,
    change_check_point,
    amend_check_point,
    copy_ticked_types,
    delete_check_point,
    add_enrolment_code,
    list_agents,
    revoke_agent,
    declare_agent_lost,
)
