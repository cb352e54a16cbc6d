"""The alarms that journals raised, over HTTP, for people."""

from typing import Annotated

from aiohttp import web
from pydantic import Field

from central.catalog.routes.site_days import SiteDaysQuery
from central.devices.routes import AgentNumber
from central.domain.models import StrictModel
from central.domain.names import AgentName, PersonName, SiteName
from central.domain.pagination import Page, from_cursor, page_from
from central.domain.problems import ProblemCode
from central.domain.texts import PRINTABLE, Reason
from central.domain.views import Hex, Moment, View
from central.identity.permissions import Permission
from central.identity.routes.users import RowNumber
from central.sync.alarms import Alarms, AlarmState, WantedAlarms
from central.sync.quarantine import MAX_NAME_CHARACTERS
from central.web.operations import Call, Route

ALARMS: web.AppKey[Alarms] = web.AppKey("alarms", Alarms)


class AlarmQuery(SiteDaysQuery):
    """Which alarms, by the day on which they were raised; a field that is left out does not restrict."""

    agent_id: AgentNumber | None = None
    name: Annotated[str | None, Field(min_length=1, max_length=MAX_NAME_CHARACTERS, pattern=PRINTABLE)] = None
    state: AlarmState | None = None

    def wanted(self) -> WantedAlarms:
        """Return the filter as the service takes it."""
        return WantedAlarms(self.site_days(), self.agent_id, self.name, self.state)


class AlarmPath(StrictModel):
    """Which alarm."""

    alarm_id: RowNumber


class AcknowledgementBody(StrictModel):
    """What the person found and did."""

    note: Reason


class AlarmView(View):
    """Something that staff must look at; the journal's entry is its evidence.

    `acknowledged_*`: who has looked at it, and the result.
    """

    alarm_id: int
    site: SiteName
    agent: AgentName
    journal_id: Hex
    sequence: int
    name: str
    detail: str
    raised_at: Moment
    state: AlarmState
    acknowledged_at: Moment | None
    acknowledged_by: PersonName | None
    acknowledged_note: str | None


@Route("GET", "/api/v1/alarms", Permission.DEVICES_READ)
async def list_alarms(call: Call[None, AlarmQuery]) -> Page[AlarmView]:
    """List alarms, newest first: what gates reported, and what their journals showed."""
    asked = call.parameters
    found = await call.request.app[ALARMS].latest(asked.wanted(), from_cursor(asked.after), asked.one_more)
    return page_from(found, asked, lambda one: (one.alarm_id,), AlarmView.of)


@Route(
    "POST",
    "/api/v1/alarms/{alarm_id}/acknowledge",
    Permission.DEVICES_EDIT,
    problems=(ProblemCode.NOT_FOUND, ProblemCode.CONFLICT),
    once=True,
)
async def acknowledge_alarm(call: Call[AcknowledgementBody, AlarmPath]) -> AlarmView:
    """Acknowledge an alarm with a note; the same again gives the same answer."""
    alarms, by = call.request.app[ALARMS], call.principal.user_id
    return AlarmView.of(await alarms.acknowledge(call.parameters.alarm_id, call.body.note, by, call.now))


OPERATIONS = (list_alarms, acknowledge_alarm)
