"""Conflicts: passages that the ticket did not allow, judged by all that gates have reported. Pure.

Laws: the order of arrival changes nothing, only the time of the scan does; of several passages the earliest is the admission and
the later ones are the conflict; both stay facts. A passage on a ticket that was void by then is always a conflict, and so is a
passage on another day than the one to which the ticket has moved; so is an earlier passage that arrives only after the money has
gone back (law 6: a supervisor overrode the fence). A supervisor's override is a recorded decision, not a conflict, unless money
went back for the persons that it let in.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import tzinfo
from enum import StrEnum

from protocol.admission.checks import Case, appraise
from protocol.admission.passages import PassageKind, PassageState, PastPassage
from protocol.admission.policy import CheckPoint, Entitlement, TicketTypeRules
from protocol.admission.usage import usage_of
from protocol.admission.verdict import Reason
from protocol.directions import Direction
from protocol.identifiers import AgentId, AttemptId, CheckPointId, EntitlementId
from protocol.instants import Instant, to_datetime, to_minute
from protocol.journal.events import Intent
from protocol.journal.history import AdmissionEvent, EventKey, fold
from protocol.tickets.record import TicketRecord, TicketState

OF_USES = frozenset({Reason.TOO_SOON, Reason.ALREADY_INSIDE, Reason.DAILY_LIMIT, Reason.PERIOD_LIMIT, Reason.USED_UP})
_JUDGED = frozenset({PassageKind.ENTRY, PassageKind.RESUME})
_USING = _JUDGED | {PassageKind.OVERRIDE}


class ConflictReason(StrEnum):
    """All reasons that a conflict can have: those of uses, a void ticket, and those of the office."""

    TOO_SOON = Reason.TOO_SOON.value
    ALREADY_INSIDE = Reason.ALREADY_INSIDE.value
    DAILY_LIMIT = Reason.DAILY_LIMIT.value
    PERIOD_LIMIT = Reason.PERIOD_LIMIT.value
    USED_UP = Reason.USED_UP.value
    VOID = Reason.VOID.value
    REFUNDED = "refunded"
    RESCHEDULED = "rescheduled"


class OfficeReason(StrEnum):
    """Why a passage is a conflict although the gate was right by all that it could know."""

    REFUNDED = "refunded"
    RESCHEDULED = "rescheduled"


@dataclass(frozen=True, slots=True)
class TicketCase:
    """A ticket, its type, its site's check points and zone; whether its money went back, wholly or in part; when it moved."""

    record: TicketRecord
    ticket_type: TicketTypeRules
    check_points: Mapping[CheckPointId, CheckPoint]
    zone: tzinfo
    is_paid_back: bool = False
    moved_at: Instant | None = None
    is_partly_paid_back: bool = False


@dataclass(frozen=True, slots=True)
class Conflict:
    """A passage too many. `first` is the earliest use of the same right; where the ticket was void or paid back, the passage."""

    key: EventKey
    first: EventKey
    entitlement_id: EntitlementId
    reason: Reason | OfficeReason
    scanned_at: Instant


def conflicts_of(case: TicketCase, events: Iterable[AdmissionEvent]) -> tuple[Conflict, ...]:
    """Return the conflicts of one ticket, by the time of the scan."""
    held = tuple(events)
    keys = _keys_of(held)
    passages = fold(held)
    found = (_judged(case, passage, passages[:place], keys) for place, passage in enumerate(passages))
    return tuple(conflict for conflict in found if conflict is not None)


def _keys_of(events: Iterable[AdmissionEvent]) -> dict[tuple[AgentId, AttemptId], EventKey]:
    keys: dict[tuple[AgentId, AttemptId], EventKey] = {}
    for event in sorted(events, key=lambda event: event.key):
        if isinstance(event.event, Intent):
            keys.setdefault((event.agent, event.event.attempt_id), event.key)
    return keys


def _judged(
    case: TicketCase,
    passage: PastPassage,
    earlier: tuple[PastPassage, ...],
    keys: Mapping[tuple[AgentId, AttemptId], EventKey],
) -> Conflict | None:
    if passage.direction is not Direction.ENTRY or passage.state is PassageState.NOT_PASSED:
        return None
    key = keys[passage.agent, passage.attempt_id]
    was_void = _was_void(case.record, passage)
    if was_void and passage.kind in _JUDGED:
        return Conflict(key, key, passage.entitlement_id, Reason.VOID, passage.scanned_at)
    too_many = _too_many(case, passage, earlier) if passage.kind in _JUDGED else None
    if too_many is not None:
        reason, first = too_many
        return Conflict(key, keys[first.agent, first.attempt_id], passage.entitlement_id, reason, passage.scanned_at)
    if passage.kind in _JUDGED and _is_of_another_day(case, passage):
        return Conflict(key, key, passage.entitlement_id, OfficeReason.RESCHEDULED, passage.scanned_at)
    lets_in_refunded = case.is_partly_paid_back and passage.persons > case.record.persons
    if (lets_in_refunded or (case.is_paid_back and not was_void)) and passage.kind in _USING:
        return Conflict(key, key, passage.entitlement_id, OfficeReason.REFUNDED, passage.scanned_at)
    return None


def _too_many(case: TicketCase, passage: PastPassage, earlier: tuple[PastPassage, ...]) -> tuple[Reason, PastPassage] | None:
    """Return why the right did not allow the passage, and its first use.

    None where it did, or where central does not know the right.
    """
    right = next((one for one in case.ticket_type.entitlements if one.entitlement_id == passage.entitlement_id), None)
    check_point = case.check_points.get(passage.check_point)
    if right is None or check_point is None:
        return None
    seen = _case_of(case, passage, earlier, right, check_point)
    failure = next((one for one in appraise(right.policy, seen).failures if one.reason in OF_USES), None)
    return None if failure is None or not seen.usage.uses else (failure.reason, seen.usage.uses[0])


def _was_void(record: TicketRecord, passage: PastPassage) -> bool:
    """Return whether the ticket was void when it was scanned.

    The minute in which it became void counts, because money went back in it.
    """
    return record.state is TicketState.VOID and to_minute(passage.scanned_at) >= record.state_since


def _is_of_another_day(case: TicketCase, passage: PastPassage) -> bool:
    """Return whether a ticket that moved unused was used before the move, or by a gate that had not heard of the move."""
    if case.moved_at is None:
        return False
    minute, record = to_minute(passage.scanned_at), case.record
    return passage.scanned_at < case.moved_at or not record.valid_from <= minute <= record.valid_until


def _case_of(
    case: TicketCase, passage: PastPassage, earlier: tuple[PastPassage, ...], right: Entitlement, check_point: CheckPoint
) -> Case:
    return Case(
        at=passage.scanned_at,
        local=to_datetime(passage.scanned_at, case.zone),
        zone=case.zone,
        persons=passage.persons,
        record=case.record,
        check_point=check_point,
        check_points=case.check_points,
        usage=usage_of(earlier, right, case.record.persons, case.zone),
    )
