"""Walk-ins (刷证免票): decides whether a visitor passes on the document alone.

Laws: a rule uses only the card's data; a document passes once per local day, over all rules and gates; a release that a power cut
interrupted may be resumed once, at the same check point, for as long as a ticket's entry may; the answer names the rule and never
the birth date (law 9).
"""

from datetime import timedelta

from protocol.admission.checks import place_name
from protocol.admission.entry import RESUME_WITHIN_MS, check_point_refusal, flags_of, full_refusal
from protocol.admission.facts import DocumentCard, Facts
from protocol.admission.freshness import DEFAULT_AUTONOMY_S
from protocol.admission.passages import PassageKind, PastWalkIn
from protocol.admission.policy import WalkInRule
from protocol.admission.verdict import Admit, CallStaff, Details, Reason, Refuse
from protocol.instants import Instant, local_day, start_of_day


def walk_in(facts: Facts) -> Admit | Refuse | CallStaff | None:
    """Judge a document without a ticket; return None where no rule applies to it."""
    card = facts.scan.presented
    if not isinstance(card, DocumentCard):
        return None
    rule = next((rule for rule in facts.site.walk_in_rules if _speaks_for(rule, card, facts)), None)
    if rule is None:
        return None
    earlier = [one for one in facts.walk_ins if one.holder == card.holder]
    interrupted = _interrupted_here(facts, earlier)
    if interrupted is not None:
        earlier.remove(interrupted)
    refusal = (
        check_point_refusal(facts, DEFAULT_AUTONOMY_S, None)
        or _second_today(facts, earlier)
        or (None if interrupted else full_refusal(facts, 1, None))
    )
    kind = PassageKind.RESUME if interrupted else PassageKind.WALK_IN
    return refusal or Admit(kind, None, None, 1, None, flags_of(facts, None), rule.rule_id)


def _interrupted_here(facts: Facts, earlier: list[PastWalkIn]) -> PastWalkIn | None:
    """Return the newest release at this same check point whose outcome was lost in a power cut, while it may be resumed."""
    here = facts.check_point.check_point_id
    found = [
        one
        for one in earlier
        if one.interrupted and one.check_point == here and facts.scan.at - one.scanned_at <= RESUME_WITHIN_MS
    ]
    return max(found, key=_scanned_at, default=None)


def _second_today(facts: Facts, earlier: list[PastWalkIn]) -> Refuse | None:
    today = local_day(facts.scan.at, facts.zone)
    of_today = [one for one in earlier if local_day(one.scanned_at, facts.zone) == today]
    last = max(of_today, key=_scanned_at, default=None)
    if last is None:
        return None
    place_zh, place_en = place_name(facts.check_points, last.check_point)
    tomorrow = start_of_day(today + timedelta(days=1), facts.zone)
    return Refuse(Reason.DAILY_LIMIT, None, Details(last.scanned_at, tomorrow, place_zh, place_en))


def _scanned_at(earlier: PastWalkIn) -> Instant:
    return earlier.scanned_at


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
