"""The facts of an imagined visit, for the one decision that gates make: pure.

Laws: nothing is decided here; an imagined ticket is like a sold one: authentic, active, known to the gate.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, tzinfo

from central.catalog.parameters import TicketTypeParameters
from central.catalog.rules.validity import slot_starting, window
from protocol.admission.facts import Candidate, Facts, Ground, HolderShown, LookUpCode, Scan
from protocol.admission.passages import PassageKind, PassageState, PastPassage
from protocol.admission.policy import CheckPoint, SiteRules, TicketTypeRules
from protocol.directions import Direction
from protocol.identifiers import (
    AgentId,
    AttemptId,
    CheckPointId,
    EntitlementId,
    SiteId,
    TicketId,
    TicketTypeId,
)
from protocol.instants import Instant, from_datetime, to_minute
from protocol.tickets.claims import TicketFlags
from protocol.tickets.record import TicketRecord, TicketState

# A draft has no number yet; the preview gives it the last one.
UNSAVED = TicketTypeId(65_535)
_TICKET = TicketId(1)
_ATTEMPT = AttemptId(bytes(16))
_AGENT = AgentId(1)


@dataclass(frozen=True, slots=True)
class EarlierPassage:
    """A passage before the imagined one, by the site's local time."""

    at: datetime
    check_point: CheckPointId
    persons: int
    entitlement: int


@dataclass(frozen=True, slots=True)
class Visit:
    """A visitor at a check point at the site's local time, with a ticket for that day. `inside`: so many persons are on site."""

    check_point: CheckPointId
    at: datetime
    visit: date
    slot_start: time | None
    ticket_persons: int
    persons: int
    holder: HolderShown
    inside: int | None
    earlier: tuple[EarlierPassage, ...]


@dataclass(frozen=True, slots=True)
class Thought:
    """A type by its number, saved or a draft, and the site where it is tried."""

    type_id: TicketTypeId
    parameters: TicketTypeParameters
    site: SiteRules
    zone: tzinfo
    points: Mapping[CheckPointId, CheckPoint]

    def ticked(self) -> Mapping[CheckPointId, CheckPoint]:
        """Return the check points; those of a draft count as ticked for every type that it names."""
        if self.type_id != UNSAVED:
            return self.points
        return {number: replace(point, ticked=point.ticked | {UNSAVED}) for number, point in self.points.items()}

    def rules(self) -> TicketTypeRules:
        """Return the type as gates know it."""
        return self.parameters.stated(self.type_id)


def facts_of(thought: Thought, visit: Visit, flags: TicketFlags) -> Facts:
    """Return the whole case, at an existing check point."""
    at, points = from_datetime(visit.at.replace(tzinfo=thought.zone)), thought.ticked()
    ticket_type = thought.rules()
    passages = tuple(_passage(one, number, points, thought) for number, one in enumerate(visit.earlier, 1))
    return Facts(
        scan=Scan(_ATTEMPT, at, 0, visit.persons, LookUpCode(), visit.holder, None),
        candidates=(Candidate(_record(thought, visit, flags, at), passages),),
        unrecorded=(),
        check_point=points[visit.check_point],
        check_points=points,
        ticket_types={ticket_type.ticket_type_id: ticket_type},
        site=thought.site,
        zone=thought.zone,
        ground=Ground(as_of=at, age_ms=0, clock_trusted=True, unlocked=False),
        walk_ins=(),
        inside=visit.inside,
        unseen_this_hour=0,
        fire=False,
        earlier_answer=None,
    )


def _record(thought: Thought, visit: Visit, flags: TicketFlags, at: Instant) -> TicketRecord:
    slot = None if visit.slot_start is None else slot_starting(thought.parameters, visit.slot_start)
    valid = window(thought.parameters, visit.visit, slot, thought.zone)
    return TicketRecord(
        ticket_id=_TICKET,
        issuing_site=SiteId(thought.site.site),
        ticket_type=thought.type_id,
        issued_at=min(to_minute(at), valid.valid_from),
        valid_from=valid.valid_from,
        valid_until=valid.valid_until,
        flags=flags,
        generation=1,
        state=TicketState.ACTIVE,
        state_since=to_minute(Instant(0)),
        persons=visit.ticket_persons,
        slot_start=valid.slot_start,
        slot_minutes=valid.slot_minutes,
    )


def _passage(one: EarlierPassage, number: int, points: Mapping[CheckPointId, CheckPoint], thought: Thought) -> PastPassage:
    point = points[one.check_point]
    is_entry = point.direction is Direction.ENTRY
    return PastPassage(
        ticket_id=_TICKET,
        entitlement_id=EntitlementId(one.entitlement),
        site=point.site,
        check_point=one.check_point,
        agent=_AGENT,
        direction=point.direction,
        kind=PassageKind.ENTRY if is_entry else PassageKind.EXIT,
        scanned_at=from_datetime(one.at.replace(tzinfo=thought.zone)),
        persons=one.persons,
        state=PassageState.PASSED,
        attempt_id=AttemptId(number.to_bytes(16)),
        resumed=False,
    )
