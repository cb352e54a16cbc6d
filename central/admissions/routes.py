"""Admission records and conflicts over HTTP."""

from typing import Annotated

from aiohttp import web
from pydantic import BeforeValidator

from central.admissions.service import Admissions, Position
from central.domain.names import AgentName, CheckPointName, SiteName
from central.domain.pagination import Page, PageQuery, key_of, page_from
from central.domain.views import Hex, Moment, View, within
from central.identity.permissions import Permission
from central.issuing.tickets import id_text
from central.issuing.views import ShownTicketId, TicketIdText
from central.web.operations import Call, Route
from protocol.admission.passages import PassageKind
from protocol.directions import Direction
from protocol.identifiers import TicketId
from protocol.instants import Instant
from protocol.journal.events import NO_TICKET

ADMISSIONS: web.AppKey[Admissions] = web.AppKey("admissions", Admissions)


def _of_a_ticket(said: TicketId | str | None) -> str | None:
    if isinstance(said, int):
        return None if said == NO_TICKET else id_text(said)
    return said


class PassageView(View, alias_generator=within("event")):
    """One release of an arm, as its gate journalled it."""

    agent: AgentName
    journal_id: Hex
    sequence: int
    site: SiteName
    check_point: CheckPointName
    scanned_at: Moment
    direction: Direction
    kind: PassageKind
    ticket_id: Annotated[TicketIdText | None, BeforeValidator(_of_a_ticket)]
    entitlement_id: int
    persons: int
    flags: list[str]
    supervisor: int | None


class ConflictView(View):
    """A passage that the ticket did not allow, and the admission that used it up: both are facts."""

    ticket_id: ShownTicketId
    entitlement_id: int
    reason: str
    passage: PassageView
    first: PassageView
    detected_at: Moment


@Route("GET", "/api/v1/conflicts", Permission.ADMISSIONS_READ)
async def list_conflicts(call: Call[None, PageQuery]) -> Page[ConflictView]:
    """List conflicts, such as double entries, with both passages."""
    asked = call.parameters
    found = await call.request.app[ADMISSIONS].conflicts(_position(asked.after), asked.one_more)
    return page_from(found, asked, lambda one: _key(one.position), ConflictView.of)


def _key(position: Position) -> tuple[int, int, int]:
    return position.scanned_at, position.journal_number, position.sequence


def _position(cursor: str | None) -> Position | None:
    key = key_of(cursor, 3)
    return None if key is None else Position(Instant(key[0]), *key[1:])


OPERATIONS = (list_conflicts,)
