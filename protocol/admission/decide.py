"""The one admission decision, used by gate and central alike.

Laws: the answer depends on the facts and on nothing else; fire frees the way; the same attempt gets the same answer; an exit
always opens (law 8) and never consumes; a supervisor's override admits any credential of a real ticket.
"""

from protocol.admission.credential import Found, resolve
from protocol.admission.departure import leave
from protocol.admission.entry import (
    Chance,
    chance_of,
    flags_of,
    judge,
    judge_chance,
    least_consumed,
    nearness,
    resumed,
    rights_here,
)
from protocol.admission.facts import Candidate, Facts, TicketCode
from protocol.admission.passages import PassageKind
from protocol.admission.verdict import Admit, CallStaff, FreePassage, Reason, Refuse, Verdict
from protocol.admission.walk_in import walk_in
from protocol.directions import Direction
from protocol.tickets.record import TicketRecord, from_claims


def decide(facts: Facts) -> Verdict:
    """Return the verdict for one showing of one credential at one check point."""
    if facts.fire:
        return FreePassage()
    if facts.earlier_answer is not None:
        return facts.earlier_answer
    found = resolve(facts)
    if facts.check_point.direction is Direction.EXIT:
        return leave(facts, found)
    if facts.scan.supervisor is not None:
        overridden = _override(facts, found)
        if overridden is not None:
            return overridden
    return _enter(facts, found)


def _enter(facts: Facts, found: tuple[Found, ...] | Refuse | CallStaff) -> Verdict:
    if isinstance(found, Refuse | CallStaff):
        return walk_in(facts) or found
    verdicts = [(one, judge(facts, one)) for one in found]
    admitted = [(one, verdict) for one, verdict in verdicts if isinstance(verdict, Admit)]
    if admitted:
        return _first_to_expire(facts, admitted)
    without_ticket = walk_in(facts)
    return without_ticket if isinstance(without_ticket, Admit) else max((verdict for _, verdict in verdicts), key=nearness)


def _first_to_expire(facts: Facts, admitted: list[tuple[Found, Admit]]) -> Verdict:
    """Resume the interrupted passage, else take the ticket that ends first; tickets that differ only in number are ambiguous."""
    if len(admitted) == 1:
        return admitted[0][1]
    ranked = sorted((_rank(facts, found, admit), found.candidate.record.ticket_id, admit) for found, admit in admitted)
    (first, _, verdict), (second, _, _) = ranked[:2]
    return Refuse(Reason.AMBIGUOUS) if first == second else verdict


def _rank(facts: Facts, found: Found, admit: Admit) -> tuple[int, ...]:
    record = found.candidate.record
    taken_up = 0 if admit.kind is PassageKind.RESUME else 1
    left = -1 if admit.uses_left is None else admit.uses_left
    return taken_up, *_by_end(record), least_consumed(facts, found), left


def _by_end(record: TicketRecord) -> tuple[int, ...]:
    window = (record.valid_until, record.valid_from, record.slot_start, record.slot_minutes)
    return *window, record.issued_at, record.ticket_type, int(record.flags), record.persons


def _override(facts: Facts, found: tuple[Found, ...] | Refuse | CallStaff) -> Admit | None:
    one = _real_ticket(facts, found)
    if one is None:
        return None
    ticket_type = facts.ticket_types.get(one.candidate.record.ticket_type)
    here = rights_here(facts, ticket_type)
    ticked = [right for right in here if right.ticket_type in facts.check_point.ticked]
    rights = ticked or here or (() if ticket_type is None else ticket_type.entitlements)
    chance = max((chance_of(facts, one, right) for right in rights), key=lambda c: nearness(judge_chance(facts, c)), default=None)
    if chance is not None and _ends_doubt(facts, chance):
        return resumed(facts, chance)
    entitlement_id = None if chance is None else chance.right.entitlement_id
    ticket_id = one.candidate.record.ticket_id
    return Admit(PassageKind.OVERRIDE, ticket_id, entitlement_id, facts.scan.persons, None, flags_of(facts, one))


def _ends_doubt(facts: Facts, chance: Chance) -> bool:
    """Whether the override resumes an interrupted release: the supervisor says that its passage did not happen."""
    if not chance.takes_up:
        return False
    verdict = judge_chance(facts, chance)
    return chance.in_time or (isinstance(verdict, CallStaff) and verdict.reason is Reason.PASSAGE_UNRESOLVED)


def _real_ticket(facts: Facts, found: tuple[Found, ...] | Refuse | CallStaff) -> Found | None:
    """Return the ticket that the credential certainly names, even if it is refused: of several, the nearest to admission."""
    if isinstance(found, tuple):
        ordered = sorted(found, key=lambda one: (*_by_end(one.candidate.record), one.candidate.record.ticket_id))
        return max(ordered, key=lambda one: nearness(judge(facts, one)))
    presented = facts.scan.presented
    if found.reason in {Reason.MALFORMED, Reason.FORGED} or not isinstance(presented, TicketCode):
        return None
    return Found(Candidate(from_claims(presented.claims), facts.unrecorded), unseen=True)
