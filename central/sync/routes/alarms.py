"""The alarms that journals raised, over HTTP, for people."""

from datetime import datetime

from aiohttp import web
from pydantic import BaseModel

from central.domain.pagination import Page, PageQuery, from_cursor, page_from
from central.identity.permissions import Permission
from central.sync.alarms import Alarms, StoredAlarm
from central.web.operations import Call, Route
from protocol.instants import to_datetime

ALARMS: web.AppKey[Alarms] = web.AppKey("alarms", Alarms)


class AlarmView(BaseModel):
    """Something that staff must look at; the journal's entry is its evidence."""

    alarm_id: int
    site_id: int
    agent_id: int
    journal_id: str
    sequence: int
    name: str
    detail: str
    raised_at: datetime


@Route("GET", "/api/v1/alarms", Permission.DEVICES_READ)
async def list_alarms(call: Call[None, PageQuery]) -> Page[AlarmView]:
    """List alarms, newest first: what gates reported, and what their journals showed."""
    asked = call.parameters
    found = await call.request.app[ALARMS].latest(from_cursor(asked.after), asked.one_more)
    return page_from(found, asked, lambda one: (one.alarm_id,), _view)


def _view(alarm: StoredAlarm) -> AlarmView:
    return AlarmView(
        alarm_id=alarm.alarm_id,
        site_id=alarm.site_id,
        agent_id=alarm.agent_id,
        journal_id=alarm.journal_id.hex(),
        sequence=alarm.sequence,
        name=alarm.name,
        detail=alarm.detail,
        raised_at=to_datetime(alarm.raised_at),
    )


OPERATIONS = (list_alarms,)
