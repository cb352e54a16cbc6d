"""Decides how many of a group one showing of its code lets through: all who may still enter. Pure.

Laws: `decide` alone says how many may enter: it is asked for the whole group first, and then for as many as it said are left; the
outcome gives back the uses of persons who do not walk through, so that a group may come in parts.
"""

from dataclasses import replace

from protocol.admission.decide import decide
from protocol.admission.facts import Facts
from protocol.admission.verdict import Refuse, Verdict
from protocol.tickets.claims import TicketFlags


def decide_for_all(facts: Facts) -> Verdict:
    """Return the verdict for as many of a group as may pass now; another ticket is decided for the persons asked."""
    sizes = [one.record.persons for one in facts.candidates if TicketFlags.GROUP in one.record.flags]
    persons = max(sizes, default=facts.scan.persons)
    verdict = _decide_for(facts, persons)
    while isinstance(verdict, Refuse) and 0 < (verdict.details.left or 0) < persons:
        persons = verdict.details.left or 1
        verdict = _decide_for(facts, persons)
    return verdict


def _decide_for(facts: Facts, persons: int) -> Verdict:
    return decide(replace(facts, scan=replace(facts.scan, persons=persons)))
