"""Finds the tickets of a credential, or the reason why there is none.

Laws: the record decides, the code only claims; at equal generation any difference between the two is a forgery, a lower
generation is superseded, a higher one unseen; a key set cache-only proves only tickets that the cache holds.
"""

from dataclasses import dataclass, replace

from protocol.admission.facts import Candidate, Facts, Forged, TicketCode, TypedNumber, Unreadable
from protocol.admission.verdict import CallStaff, Reason, Refuse
from protocol.directions import Direction
from protocol.instants import MS_PER_MINUTE, from_minute
from protocol.keyring import KeyState
from protocol.tickets.claims import TicketFlags
from protocol.tickets.record import agrees, from_claims

# A ticket sold while central made the manifest may be missing in it.
UNSEEN_SLACK_MS = 2 * MS_PER_MINUTE


@dataclass(frozen=True, slots=True)
class Found:
    """A ticket to judge; `unseen`: the cache does not know this generation of it; `superseded`: it knows a newer one."""

    candidate: Candidate
    unseen: bool = False
    superseded: bool = False


def resolve(facts: Facts) -> tuple[Found, ...] | Refuse | CallStaff:
    """Return the tickets of the credential, at least one unless it is a document; or why there are none."""
    presented = facts.scan.presented
    if isinstance(presented, Unreadable) or (isinstance(presented, TypedNumber) and not facts.check_point.attended):
        return Refuse(Reason.MALFORMED)
    if isinstance(presented, Forged):
        return Refuse(Reason.FORGED)
    if isinstance(presented, TicketCode):
        return _of_code(facts, presented)
    if not facts.candidates:
        return Refuse(Reason.UNKNOWN)
    return tuple(Found(candidate) for candidate in facts.candidates)


def _of_code(facts: Facts, code: TicketCode) -> tuple[Found, ...] | Refuse | CallStaff:
    if not facts.candidates:
        return _unseen(facts, code)
    candidate = facts.candidates[0]
    record, claims = candidate.record, code.claims
    if claims.generation < record.generation:
        return (Found(candidate, superseded=True),)
    if claims.generation > record.generation:
        newer = Candidate(replace(record, generation=claims.generation), candidate.passages)
        return _admissible_unseen(facts, code, newer)
    if not agrees(record, claims):
        return Refuse(Reason.FORGED, record.ticket_id)
    return (Found(candidate),)


def _unseen(facts: Facts, code: TicketCode) -> tuple[Found, ...] | Refuse | CallStaff:
    if code.key_state is KeyState.CACHE_ONLY:
        return Refuse(Reason.FORGED, code.claims.ticket_id)
    if code.claims.issuing_site != facts.site.site and TicketFlags.MULTI_SITE not in code.claims.flags:
        return Refuse(Reason.WRONG_SITE, code.claims.ticket_id)
    if from_minute(code.claims.issued_at) + MS_PER_MINUTE <= facts.ground.as_of - UNSEEN_SLACK_MS:
        return Refuse(Reason.UNKNOWN, code.claims.ticket_id)
    return _admissible_unseen(facts, code, Candidate(from_claims(code.claims), facts.unrecorded))


def _admissible_unseen(facts: Facts, code: TicketCode, candidate: Candidate) -> tuple[Found, ...] | Refuse | CallStaff:
    ticket_id = code.claims.ticket_id
    if code.key_state is KeyState.CACHE_ONLY:
        return Refuse(Reason.FORGED, ticket_id)
    ticket_type = facts.ticket_types.get(code.claims.ticket_type)
    if ticket_type is None or not ticket_type.unseen_allowed:
        return Refuse(Reason.UNKNOWN, ticket_id)
    capped = facts.check_point.direction is Direction.ENTRY and facts.scan.supervisor is None
    if capped and facts.unseen_this_hour >= facts.site.unseen_per_hour:
        return CallStaff(Reason.UNKNOWN, ticket_id)
    return (Found(candidate, unseen=True),)
