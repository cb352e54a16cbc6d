"""The one admission decision, used by gate and central alike.

Laws: the answer depends on the facts and on nothing else; the same attempt gets the same answer; fire frees the way; an exit
always opens (law 8) and never consumes; a supervisor's override admits whatever names a real ticket.
"""

from protocol.admission.credential import Found, resolve
from protocol.admission.entry import (
    case_of,
    check_point_refusal,
    is_full,
    judge,
    nearest,
    right_for_override,
    ticket_status_reason,
)
from protocol.admission.facts import Candidate, DocumentCard, Facts, TicketCode
from protocol.admission.freshness import DEFAULT_AUTONOMY_S
from protocol.admission.passages import PassageKind
from protocol.admission.policy import Entitlement, WalkInRule
from protocol.admission.verdict import Admit, CallStaff, Details, FreePassage, LetOut, Reason, Refuse, Verdict
from protocol.directions import Direction
from protocol.instants import local_day
from protocol.tickets.record import TicketRecord, from_claims


def decide(facts: Facts) -> Verdict:
    """Return the verdict for one showing of one credential at one check point."""
    if facts.earlier_answer is not None:
        return facts.earlier_answer
    if facts.fire:
        return FreePassage()
    found = resolve(facts)
    if facts.check_point.direction is Direction.EXIT:
        return _leave(facts, found)
    if facts.scan.supervisor is not None:
        overridden = _override(facts, found)
        if overridden is not None:
            return overridden
    return _enter(facts, found)


def _enter(facts: Facts, found: tuple[Found, ...] | Refuse | CallStaff) -> Verdict:
    if isinstance(found, Refuse | CallStaff):
        return _walk_in(facts) or found
    verdicts = [judge(facts, one) for one in found]
    admitted = [(one, verdict) for one, verdict in zip(found, verdicts, strict=True) if isinstance(verdict, Admit)]
    if admitted:
        return _first_to_expire(admitted)
    walk_in = _walk_in(facts)
    return walk_in if isinstance(walk_in, Admit) else nearest(verdicts)


def _first_to_expire(admitted: list[tuple[Found, Admit]]) -> Verdict:
    """Take the ticket that ends first; tickets alike in all but their number cannot be told apart by a machine."""
    ranked = sorted(admitted, key=lambda pair: _rank(pair[0].candidate.record))
    best, verdict = ranked[0]
    if any(_is_twin((best, verdict), other) for other in ranked[1:]):
        return Refuse(Reason.AMBIGUOUS)
    return verdict


def _rank(record: TicketRecord) -> tuple[int, int, int, int]:
    return record.valid_until, record.valid_from, record.product, record.ticket_id


def _is_twin(one: tuple[Found, Admit], other: tuple[Found, Admit]) -> bool:
    first, second = one[0].candidate.record, other[0].candidate.record
    alike = ("product", "valid_from", "valid_until", "slot_start", "slot_minutes", "flags", "persons")
    return one[1].uses_left == other[1].uses_left and all(getattr(first, name) == getattr(second, name) for name in alike)


def _override(facts: Facts, found: tuple[Found, ...] | Refuse | CallStaff) -> Admit | None:
    candidate = _real_ticket(facts, found)
    if candidate is None:
        return None
    right = right_for_override(facts, facts.products.get(candidate.record.product))
    entitlement_id = None if right is None else right.entitlement_id
    return Admit(PassageKind.OVERRIDE, candidate.record.ticket_id, entitlement_id, facts.scan.persons, None)


def _real_ticket(facts: Facts, found: tuple[Found, ...] | Refuse | CallStaff) -> Candidate | None:
    """Return the ticket that the credential names beyond doubt, whatever else speaks against it."""
    if isinstance(found, tuple):
        return found[0].candidate
    if found.reason in {Reason.MALFORMED, Reason.FORGED} or not isinstance(facts.scan.presented, TicketCode):
        return None
    return Candidate(from_claims(facts.scan.presented.claims), facts.unrecorded)


def _leave(facts: Facts, found: tuple[Found, ...] | Refuse | CallStaff) -> LetOut:
    if isinstance(found, Refuse | CallStaff):
        return LetOut(None, None, facts.scan.persons, found.reason)
    choices = [(one, right, case_of(facts, one, right).usage.inside) for one in found for right in _rights_here(facts, one)]
    if not choices:
        return LetOut(found[0].candidate.record.ticket_id, None, facts.scan.persons, _exit_alarm(facts, found[0]))
    one, right, _ = next((choice for choice in choices if choice[2]), choices[0])
    return LetOut(one.candidate.record.ticket_id, right.entitlement_id, facts.scan.persons, _exit_alarm(facts, one))


def _rights_here(facts: Facts, found: Found) -> list[Entitlement]:
    """Return the rights of a ticket at this site, those ticked at this check point first."""
    product = facts.products.get(found.candidate.record.product)
    rights = [] if product is None else [right for right in product.entitlements if facts.site.site in right.sites]
    return sorted(rights, key=lambda right: right.ticket_type not in facts.check_point.ticked)


def _exit_alarm(facts: Facts, found: Found) -> Reason | None:
    refusal = check_point_refusal(facts, DEFAULT_AUTONOMY_S, None)
    return ticket_status_reason(found) or (None if refusal is None else refusal.reason)


def _walk_in(facts: Facts) -> Admit | Refuse | CallStaff | None:
    """Judge a document without a ticket (刷证免票); None where no rule speaks for it."""
    card = facts.scan.presented
    if not isinstance(card, DocumentCard):
        return None
    rule = next((rule for rule in facts.site.walk_in_rules if _speaks_for(rule, card, facts)), None)
    if rule is None:
        return None
    refusal = check_point_refusal(facts, DEFAULT_AUTONOMY_S, None)
    if refusal is not None:
        return refusal
    today = local_day(facts.scan.at, facts.zone)
    earlier = [w for w in facts.walk_ins if w.holder == card.holder and local_day(w.scanned_at, facts.zone) == today]
    if earlier:
        return Refuse(Reason.DAILY_LIMIT, None, Details(since=earlier[-1].scanned_at))
    if is_full(facts):
        return Refuse(Reason.SITE_FULL)
    return Admit(PassageKind.WALK_IN, None, None, 1, None, rule_id=rule.rule_id)


def _speaks_for(rule: WalkInRule, card: DocumentCard, facts: Facts) -> bool:
    today = local_day(facts.scan.at, facts.zone)
    if rule.check_points and facts.check_point.check_point_id not in rule.check_points:
        return False
    if (rule.first_day and today < rule.first_day) or (rule.last_day and today > rule.last_day):
        return False
    if rule.regions and not card.region.startswith(rule.regions):
        return False
    if rule.minimum_age is None and rule.maximum_age is None:
        return True
    if card.born is None:
        return False
    age = today.year - card.born.year - ((today.month, today.day) < (card.born.month, card.born.day))
    return (rule.minimum_age or 0) <= age and (rule.maximum_age is None or age <= rule.maximum_age)
