"""What a gate would decide of a ticket that central knows, at a time and a check point: by the decision that gates make. Pure.

Laws: nothing is decided here; a passage that came later than the asked time is left out, and so is a state that began later. The
visitor counts as one person who is the holder: what was not recorded is not held against the visitor.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import tzinfo

from protocol.admission.decide import decide
from protocol.admission.facts import Candidate, Facts, Ground, HolderShown, LookUpCode, Presented, Scan
from protocol.admission.policy import CheckPoint, SiteRules, TicketTypeRules
from protocol.admission.verdict import NO_DETAILS, CallStaff, Details, Refuse, Verdict
from protocol.identifiers import AttemptId, CheckPointId, TicketTypeId
from protocol.instants import Instant, from_minute
from protocol.tickets.record import TicketRecord, TicketState

_ATTEMPT = AttemptId(bytes(16))


@dataclass(frozen=True, slots=True)
class Tables:
    """A site's small tables, and its zone."""

    check_points: Mapping[CheckPointId, CheckPoint]
    ticket_types: Mapping[TicketTypeId, TicketTypeRules]
    rules: SiteRules
    zone: tzinfo


def decided(candidate: Candidate, tables: Tables, point: CheckPoint, at: Instant, presented: Presented | None = None) -> Verdict:
    """Return what the gate would say of a ticket at a time."""
    passages = tuple(one for one in candidate.passages if one.scanned_at < at)
    facts = Facts(
        scan=Scan(_ATTEMPT, at, 0, 1, presented or LookUpCode(), HolderShown.CONFIRMED_BY_STAFF, None),
        candidates=(Candidate(_as_it_was(candidate.record, at), passages),),
        unrecorded=(),
        check_point=point,
        check_points=tables.check_points,
        ticket_types=tables.ticket_types,
        site=tables.rules,
        zone=tables.zone,
        ground=Ground(as_of=at, age_ms=0, clock_trusted=True, unlocked=False),
        walk_ins=(),
        inside=None,
        unseen_this_hour=0,
        fire=False,
        earlier_answer=None,
    )
    return decide(facts)


def details_of(reason: str, verdict: Verdict) -> Details:
    """Return the details of a refusal where deciding again gives the same reason; else none: what the gate knew is not known."""
    if isinstance(verdict, Refuse | CallStaff) and verdict.reason.value == reason:
        return verdict.details
    return NO_DETAILS


def _as_it_was(record: TicketRecord, at: Instant) -> TicketRecord:
    return record if from_minute(record.state_since) <= at else replace(record, state=TicketState.ACTIVE)
