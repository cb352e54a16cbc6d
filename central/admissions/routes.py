"""Admission records and conflicts over HTTP."""

from datetime import datetime

from aiohttp import web
from pydantic import BaseModel

from central.admissions.service import Admissions, Position, StoredConflict
from central.domain.pagination import Page, PageQuery, key_of, page_from
from central.identity.permissions import Permission
from central.issuing.tickets import id_text
from central.web.operations import Call, Route
from protocol.instants import Instant, to_datetime
from protocol.journal.events import Intent
from protocol.journal.history import AdmissionEvent

ADMISSIONS: web.AppKey[Admissions] = web.AppKey("admissions", Admissions)


class PassageView(BaseModel):
    """One release of an arm, as its gate journalled it."""

    agent_id: int
    journal_id: str
    sequence: int
    site_id: int
    check_point_id: int
    scanned_at: datetime
    direction: str
    kind: str
    ticket_id: str | None
    entitlement_id: int
    persons: int
    flags: list[str]
    supervisor: int | None


class ConflictView(BaseModel):
    """A passage that the ticket did not allow, and the admission that used it up: both are facts."""

    ticket_id: str
    entitlement_id: int
    reason: str
    passage: PassageView
    first: PassageView
    detected_at: datetime


@Route("GET", "/api/v1/conflicts", Permission.ADMISSIONS_READ)
async def list_conflicts(call: Call[None, PageQuery]) -> Page[ConflictView]:
    """List conflicts, such as double entries, with both passages."""
    asked = call.parameters
    found = await call.request.app[ADMISSIONS].conflicts(_position(asked.after), asked.one_more)
    return page_from(found, asked, lambda one: _key(one.position), _conflict)


def _key(position: Position) -> tuple[int, int, int]:
    return position.scanned_at, position.journal_number, position.sequence


def _conflict(one: StoredConflict) -> ConflictView:
    return ConflictView(
        ticket_id=id_text(one.ticket_id),
        entitlement_id=one.entitlement_id,
        reason=one.reason,
        passage=_passage(one.passage),
        first=_passage(one.first),
        detected_at=to_datetime(one.detected_at),
    )


def _passage(event: AdmissionEvent) -> PassageView:
    intent = event.event
    assert isinstance(intent, Intent), "a passage begins with an intent"
    return PassageView(
        agent_id=event.agent,
        journal_id=event.journal_id.hex(),
        sequence=event.sequence,
        site_id=event.site,
        check_point_id=event.check_point,
        scanned_at=to_datetime(intent.scanned_at),
        direction=intent.direction.value,
        kind=intent.kind.value,
        ticket_id=id_text(intent.ticket_id) if intent.ticket_id else None,
        entitlement_id=intent.entitlement_id,
        persons=intent.persons,
        flags=list(intent.flags),
        supervisor=intent.supervisor,
    )


def _position(cursor: str | None) -> Position | None:
    key = key_of(cursor, 3)
    return None if key is None else Position(Instant(key[0]), *key[1:])


OPERATIONS = (list_conflicts,)
