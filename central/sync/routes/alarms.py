"""The alarms that journals raised, over HTTP, for people."""

from aiohttp import web

from central.domain.names import AgentName, SiteName
from central.domain.pagination import Page, PageQuery, from_cursor, page_from
from central.domain.views import Hex, Moment, View
from central.identity.permissions import Permission
from central.sync.alarms import Alarms
from central.web.operations import Call, Route

ALARMS: web.AppKey[Alarms] = web.AppKey("alarms", Alarms)


class AlarmView(View):
    """Something that staff must look at; the journal's entry is its evidence."""

    alarm_id: int
    site: SiteName
    agent: AgentName
    journal_id: Hex
    sequence: int
    name: str
    detail: str
    raised_at: Moment


@Route("GET", "/api/v1/alarms", Permission.DEVICES_READ)
async def list_alarms(call: Call[None, PageQuery]) -> Page[AlarmView]:
    """List alarms, newest first: what gates reported, and what their journals showed."""
    asked = call.parameters
    found = await call.request.app[ALARMS].latest(from_cursor(asked.after), asked.one_more)
    return page_from(found, asked, lambda one: (one.alarm_id,), AlarmView.of)


OPERATIONS = (list_alarms,)
