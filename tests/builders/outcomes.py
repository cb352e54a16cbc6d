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
