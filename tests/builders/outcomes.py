"""Verdicts named as the conformance table names them."""

from protocol.admission.verdict import Admit, AskForCard, CallStaff, FreePassage, LetOut, Refuse, Verdict

ADMIT = "admit"


def outcome(verdict: Verdict) -> str:
    """Name a verdict: "admit", "refuse used_up", "staff cache_stale", "out None", "card", "free"."""
    match verdict:
        case Admit():
            return ADMIT
        case Refuse():
            return f"refuse {verdict.reason}"
        case CallStaff():
            return f"staff {verdict.reason}"
        case LetOut():
            return f"out {verdict.alarm}"
        case AskForCard():
            return "card"
        case FreePassage():
            return "free"


def in_full(verdict: Verdict) -> str:
    """Name a verdict with what is recorded: "entry on 7/1, 1 in, 0 left, unseen", "out on 7/1: blocked"; tickets by number."""
    match verdict:
        case Admit():
            left = () if verdict.uses_left is None else (f"{verdict.uses_left} left",)
            told = (f"{verdict.persons} in", *left, *sorted(verdict.flags))
            recorded = f"rule {verdict.rule_id}" if verdict.ticket_id is None else f"{verdict.ticket_id}/{verdict.entitlement_id}"
            return f"{verdict.kind} on {recorded}, {', '.join(told)}"
        case LetOut():
            recorded = "nothing" if verdict.ticket_id is None else f"{verdict.ticket_id}/{verdict.entitlement_id}"
            return f"out on {recorded}: {verdict.alarm}"
        case _:
            return outcome(verdict)
