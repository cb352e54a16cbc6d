"""The journal's event for a verdict, and the claim that goes to central before it. Pure.

Laws: a record names the check point's decision and no person (law 9); a resume names the intent that it resumes.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace

from edge.gate.attempt import Showing
from protocol.admission.facts import DocumentCard, Facts, TicketCode
from protocol.admission.passages import PassageKind
from protocol.admission.policy import Claim
from protocol.admission.verdict import Admit, AdmitFlag, CallStaff, LetOut, Reason, Refuse, Verdict
from protocol.directions import Direction
from protocol.identifiers import AttemptId, Sequence, TicketId
from protocol.instants import Instant
from protocol.journal.events import NO_ENTITLEMENT, NO_RULE, NO_TICKET, Entry, Intent, Refusal
from protocol.sync.answers import ClaimAnswer
from protocol.sync.messages import ClaimRequest

Pending = Callable[[], Iterable[Entry]]  # the intents without outcome, oldest first; read only for a resume
NO_FEED = 0  # the feed version of an exit that opened without a feed
_CLAIMED_KINDS = frozenset({PassageKind.ENTRY})


def claim_for(facts: Facts, verdict: Verdict) -> ClaimRequest | None:
    """Return the claim to send to central first, where the ticket's type demands one."""
    if not isinstance(verdict, Admit) or verdict.kind not in _CLAIMED_KINDS or verdict.ticket_id is None:
        return None
    if not _claims_when_online(facts, verdict.ticket_id):
        return None
    return ClaimRequest(
        attempt_id=facts.scan.attempt_id,
        ticket_id=verdict.ticket_id,
        generation=_generation(facts, verdict.ticket_id),
        entitlement_id=verdict.entitlement_id or NO_ENTITLEMENT,
        check_point=facts.check_point.check_point_id,
        persons=verdict.persons,
        scanned_at=facts.scan.at,
    )


def after_claim(verdict: Verdict, claimed: ClaimAnswer | None) -> Verdict:
    """Return the verdict after central's answer; without an answer the gate decides alone and sets the flag OFFLINE."""
    if not isinstance(verdict, Admit):
        return verdict
    if claimed is None:
        return replace(verdict, flags=verdict.flags | {AdmitFlag.OFFLINE})
    if claimed.granted:
        return replace(verdict, flags=verdict.flags | {AdmitFlag.CLAIMED})
    reason = next((reason for reason in Reason if reason.value == claimed.reason), Reason.USED_UP)
    return Refuse(reason, verdict.ticket_id)


def event_for(facts: Facts, verdict: Verdict, feed_version: int, pending: Pending) -> Intent | Refusal:
    """Return the event for a verdict: an intent where the arm will be released, else a refusal."""
    match verdict:
        case Admit():
            return _admission(facts, verdict, feed_version, pending)
        case LetOut():
            generation = 0 if verdict.ticket_id is None else _generation(facts, verdict.ticket_id)
            return _exit(facts.scan.attempt_id, verdict, generation, feed_version, facts.scan.at)
        case Refuse() | CallStaff():
            ticket_id = verdict.ticket_id or NO_TICKET
            return Refusal(facts.scan.attempt_id, verdict.reason.value, ticket_id, facts.check_point.direction, facts.scan.at)
    raise AssertionError("a prompt or a free passage is no record of a ticket")


def _admission(facts: Facts, verdict: Admit, feed_version: int, pending: Pending) -> Intent:
    return Intent(
        attempt_id=facts.scan.attempt_id,
        direction=facts.check_point.direction,
        kind=verdict.kind,
        ticket_id=verdict.ticket_id or NO_TICKET,
        entitlement_id=verdict.entitlement_id or NO_ENTITLEMENT,
        generation=0 if verdict.ticket_id is None else _generation(facts, verdict.ticket_id),
        persons=verdict.persons,
        uses_left=verdict.uses_left,
        flags=tuple(sorted(flag.value for flag in verdict.flags)),
        feed_version=feed_version,
        resumes=_interrupted(facts, verdict, pending()) if verdict.kind is PassageKind.RESUME else None,
        rule_id=verdict.rule_id,
        holder=_walked_in(facts, verdict),
        supervisor=facts.scan.supervisor,
        scanned_at=facts.scan.at,
    )


def _walked_in(facts: Facts, verdict: Admit) -> bytes | None:
    """Return the keyed hash of a document that was let in without a ticket; a ticket's holder is not recorded (law 9)."""
    presented = facts.scan.presented
    return presented.holder if verdict.rule_id != NO_RULE and isinstance(presented, DocumentCard) else None


def exit_without_facts(showing: Showing, at: Instant) -> Intent:
    """Return the intent of an exit that opens although nothing can be decided: it names the ticket that the code proved."""
    presented = showing.shown.presented
    generation = presented.claims.generation if isinstance(presented, TicketCode) else 0
    verdict = LetOut(showing.shown.ticket_id, None, showing.persons, None)
    return _exit(showing.attempt_id, verdict, generation, NO_FEED, at)


def _exit(attempt_id: AttemptId, verdict: LetOut, generation: int, feed_version: int, at: Instant) -> Intent:
    return Intent(
        attempt_id=attempt_id,
        direction=Direction.EXIT,
        kind=PassageKind.EXIT,
        ticket_id=verdict.ticket_id or NO_TICKET,
        entitlement_id=verdict.entitlement_id or NO_ENTITLEMENT,
        generation=generation,
        persons=verdict.persons,
        uses_left=None,
        flags=(),
        feed_version=feed_version,
        resumes=None,
        rule_id=NO_RULE,
        holder=None,
        supervisor=None,
        scanned_at=at,
    )


def _interrupted(facts: Facts, verdict: Admit, pending: Iterable[Entry]) -> Sequence | None:
    """Return the newest intent without outcome of this ticket and right, or document, at this check point, as `decide` saw it.

    Return None where this journal does not hold it (pruned, or another agent's): the resume then counts by itself.
    """
    subject = (verdict.ticket_id or NO_TICKET, verdict.entitlement_id or NO_ENTITLEMENT, _walked_in(facts, verdict))
    found = [
        entry.sequence
        for entry in pending
        if isinstance(entry.event, Intent)
        and (entry.event.ticket_id, entry.event.entitlement_id, entry.event.holder) == subject
        and entry.check_point == facts.check_point.check_point_id
    ]
    return found[-1] if found else None


def _claims_when_online(facts: Facts, ticket_id: TicketId) -> bool:
    records = [candidate.record for candidate in facts.candidates if candidate.record.ticket_id == ticket_id]
    presented = facts.scan.presented
    ticket_type_id = (
        records[0].ticket_type if records else presented.claims.ticket_type if isinstance(presented, TicketCode) else None
    )
    ticket_type = None if ticket_type_id is None else facts.ticket_types.get(ticket_type_id)
    return ticket_type is not None and ticket_type.claim is Claim.WHEN_ONLINE


def _generation(facts: Facts, ticket_id: TicketId) -> int:
    presented = facts.scan.presented
    if isinstance(presented, TicketCode):
        return presented.claims.generation
    return next((c.record.generation for c in facts.candidates if c.record.ticket_id == ticket_id), 0)
