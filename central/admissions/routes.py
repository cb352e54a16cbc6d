"""Admission records and conflicts over HTTP."""

from typing import Annotated

from aiohttp import web
from pydantic import BeforeValidator, Field

from central.admissions.conflicts import ConflictOutcome, Conflicts, ConflictState, Finding, Position, WantedConflicts
from central.admissions.rules.conflicts import ConflictReason
from central.catalog.routes.site_days import SiteDaysQuery
from central.domain.models import StrictModel
from central.domain.names import AgentName, CheckPointName, PersonName, SiteName
from central.domain.pagination import Page, key_of, page_from
from central.domain.problems import ProblemCode
from central.domain.texts import Reason
from central.domain.views import Hex, Moment, View, read_from, within
from central.identity.permissions import Permission
from central.identity.routes.users import RowNumber
from central.issuing.tickets import id_from_text, id_text
from central.issuing.views import ShownTicketId, TicketIdText
from central.web.operations import Call, Route
from protocol.admission.passages import PassageKind
from protocol.directions import Direction
from protocol.identifiers import TicketId
from protocol.instants import Instant
from protocol.journal.events import NO_TICKET

CONFLICTS: web.AppKey[Conflicts] = web.AppKey("conflicts", Conflicts)


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


class ConflictQuery(SiteDaysQuery):
    """Which conflicts, by the day of the scan; a field that is left out does not restrict."""

    state: ConflictState | None = None
    reason: ConflictReason | None = None
    ticket_id: TicketIdText | None = None

    def wanted(self) -> WantedConflicts:
        """Return the filter as the service takes it."""
        ticket = None if self.ticket_id is None else id_from_text(self.ticket_id)
        return WantedConflicts(self.site_days(), self.state, self.reason, ticket)


class ConflictPath(StrictModel):
    """Which conflict: the place of its passage in the office's journals."""

    journal_number: RowNumber
    sequence: RowNumber


class SettlementBody(StrictModel):
    """What a person found about a conflict, and did."""

    outcome: Annotated[
        ConflictOutcome,
        Field(
            description="charged-again: the visitor has paid for the passage too many; mistaken: it was no misuse, such as two "
            "visitors with one code; no-loss: no money was lost; loss: a loss that is not made good"
        ),
    ]
    note: Reason


class SettlementView(View):
    """What a person found about a conflict."""

    outcome: ConflictOutcome
    note: str
    settled_at: Moment
    settled_by: PersonName


class ConflictView(View):
    """A passage that the ticket did not allow, and the admission that used it up: both are facts.

    `journal_number` and `sequence` name the conflict. `settlement` is empty while it is open; it stays when later facts change
    the reason.
    """

    journal_number: Annotated[int, read_from("position", "journal_number")]
    sequence: Annotated[int, read_from("position", "sequence")]
    ticket_id: ShownTicketId
    entitlement_id: int
    reason: str
    state: ConflictState
    passage: PassageView
    first: PassageView
    detected_at: Moment
    settlement: SettlementView | None


@Route("GET", "/api/v1/conflicts", Permission.ADMISSIONS_READ)
async def list_conflicts(call: Call[None, ConflictQuery]) -> Page[ConflictView]:
    """List conflicts, such as double entries, with both passages."""
    asked = call.parameters
    found = await call.request.app[CONFLICTS].latest(asked.wanted(), _position(asked.after), asked.one_more)
    return page_from(found, asked, lambda one: _key(one.position), ConflictView.of)


@Route(
    "POST",
    "/api/v1/conflicts/{journal_number}/{sequence}/settle",
    Permission.ADMISSIONS_SETTLE,
    problems=(ProblemCode.NOT_FOUND, ProblemCode.CONFLICT),
    once=True,
)
async def settle_conflict(call: Call[SettlementBody, ConflictPath]) -> ConflictView:
    """Settle a conflict with an outcome and a note; the same again gives the same answer."""
    which, body = (call.parameters.journal_number, call.parameters.sequence), call.body
    finding = Finding(body.outcome, body.note)
    return ConflictView.of(await call.request.app[CONFLICTS].settle(which, finding, call.principal.user_id, call.now))


def _key(position: Position) -> tuple[int, int, int]:
    return position.scanned_at, position.journal_number, position.sequence


def _position(cursor: str | None) -> Position | None:
    key = key_of(cursor, 3)
    return None if key is None else Position(Instant(key[0]), *key[1:])


OPERATIONS = (list_conflicts, settle_conflict)
