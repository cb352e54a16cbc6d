"""Exits: decides which ticket a departure is recorded against.

Laws: an exit is never refused (law 8) and never consumes; only a malformed, forged or unknown code is not recorded against a
ticket; of several tickets, the exit takes one whose holder is inside. An alarm informs staff.
"""

from protocol.admission.credential import Found
from protocol.admission.entry import check_point_refusal, rights_here, ticket_refusal
from protocol.admission.facts import Facts
from protocol.admission.freshness import DEFAULT_AUTONOMY_S
from protocol.admission.policy import Entitlement
from protocol.admission.usage import Usage, usage_of
from protocol.admission.verdict import CallStaff, LetOut, Reason, Refuse

_NAMES_NO_TICKET = frozenset({Reason.MALFORMED, Reason.FORGED, Reason.UNKNOWN})


def leave(facts: Facts, found: tuple[Found, ...] | Refuse | CallStaff) -> LetOut:
    """Return the exit, with the ticket and right that it is recorded against."""
    persons = facts.scan.persons
    if isinstance(found, Refuse | CallStaff):
        return LetOut(None if found.reason in _NAMES_NO_TICKET else found.ticket_id, None, persons, found.reason)
    ways = [(one, right) for one in found for right in _rights(facts, one)]
    one, right = max(ways, key=lambda way: _likelihood(facts, *way), default=(found[0], None))
    return LetOut(one.candidate.record.ticket_id, None if right is None else right.entitlement_id, persons, _alarm(facts, one))


def _rights(facts: Facts, found: Found) -> list[Entitlement]:
    """Return the rights of a ticket at this site, those ticked at this check point first."""
    rights = rights_here(facts, facts.ticket_types.get(found.candidate.record.ticket_type))
    return sorted(rights, key=lambda right: right.ticket_type not in facts.check_point.ticked)


def _likelihood(facts: Facts, found: Found, right: Entitlement) -> tuple[bool, bool, int]:
    """Rank first a ticket whose holder is inside, then a ticket without a fault, then the latest entry."""
    usage = _usage(facts, found, right)
    entered_at = 0 if usage.last_entry is None else usage.last_entry.scanned_at
    return usage.inside > 0, ticket_refusal(facts, found) is None, entered_at


def _usage(facts: Facts, found: Found, right: Entitlement) -> Usage:
    return usage_of(found.candidate.passages, right, found.candidate.record.persons, facts.zone)


def _alarm(facts: Facts, found: Found) -> Reason | None:
    refusal = ticket_refusal(facts, found) or check_point_refusal(facts, DEFAULT_AUTONOMY_S, None)
    return None if refusal is None else refusal.reason
