"""What a person with a phone is told about a ticket, and how long a passage can be taken back: pure.

Laws: the verdict is the one that a gate would give; each answer has a text for the visitor and one for staff in both languages; a
passage is taken back by the person who let it through, within a minute, and once.
"""

from dataclasses import dataclass
from datetime import tzinfo
from enum import StrEnum

from central.domain import saying
from central.sync.messages import NO_PASSAGE_TO_UNDO, UNDO_OVER
from protocol.admission.verdict import (
    NO_DETAILS,
    Admit,
    AskForCard,
    CallStaff,
    Details,
    Language,
    LetOut,
    Reason,
    Refuse,
    Verdict,
    staff_text,
    visitor_text,
)
from protocol.identifiers import TicketId
from protocol.instants import MS_PER_MINUTE, Instant

UNDO_WITHIN_MS = MS_PER_MINUTE


class CheckResult(StrEnum):
    """What the person does next. Exits are let out, so that they are admitted, too."""

    ADMIT = "admit"
    REFUSE = "refuse"
    CALL_STAFF = "call-staff"
    ASK_FOR_CARD = "ask-for-card"


@dataclass(frozen=True, slots=True)
class BothLanguages:
    """A text in both languages; empty: nothing to say."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Said:
    """A verdict as people read it. `place` is where the visitor should go, or was; `passes_at` is when it may pass."""

    result: CheckResult
    reason: Reason | None
    visitor: BothLanguages
    staff: BothLanguages
    place: BothLanguages
    passes_at: Instant | None = None
    uses_left: int | None = None
    ticket_id: TicketId | None = None


_NOTHING = BothLanguages("", "")
_PLEASE_ENTER, _ADMITTED = BothLanguages("请进", "Please enter."), BothLanguages("可入园", "Let the visitor in.")
_GOODBYE, _LEFT = BothLanguages("再见", "Goodbye."), BothLanguages("可出园", "Let the visitor out.")
_SHOW_DOCUMENT = BothLanguages("请出示购票证件", "Please show the ID document used to buy.")
_COMPARE = BothLanguages("请核对证件，再确认本人", "Compare the document, then confirm the holder.")


def said_of(verdict: Verdict, zone: tzinfo) -> Said:
    """Return a verdict as people read it; times in the texts are the site's."""
    match verdict:
        case Admit():
            left, ticket = verdict.uses_left, verdict.ticket_id
            return Said(CheckResult.ADMIT, None, _PLEASE_ENTER, _ADMITTED, _NOTHING, uses_left=left, ticket_id=ticket)
        case LetOut():
            staff = _LEFT if verdict.alarm is None else _texts(Refuse(verdict.alarm), zone)[1]
            return Said(CheckResult.ADMIT, verdict.alarm, _GOODBYE, staff, _NOTHING, ticket_id=verdict.ticket_id)
        case AskForCard():
            result = CheckResult.ASK_FOR_CARD
            return Said(result, None, _SHOW_DOCUMENT, _COMPARE, _NOTHING, ticket_id=verdict.ticket_id)
        case Refuse() | CallStaff():
            result = CheckResult.REFUSE if isinstance(verdict, Refuse) else CheckResult.CALL_STAFF
            visitor, staff = _texts(verdict, zone)
            place, passes_at = _place(verdict.details), verdict.details.passes_at
            uses_left = None if verdict.reason is Reason.TOO_MANY_PERSONS else verdict.details.left
            return Said(result, verdict.reason, visitor, staff, place, passes_at, uses_left, verdict.ticket_id)
        case _:
            return Said(CheckResult.ADMIT, None, _PLEASE_ENTER, _ADMITTED, _NOTHING)


def why_not_undone(result: CheckResult, checked_at: Instant, now: Instant, *, is_ended: bool) -> saying.Said | None:
    """Return why a passage cannot be taken back, or None. `is_ended`: it has counted as passed already."""
    if result is not CheckResult.ADMIT:
        return NO_PASSAGE_TO_UNDO.of()
    if is_ended or now - checked_at > UNDO_WITHIN_MS:
        return UNDO_OVER.of(within_s=UNDO_WITHIN_MS // 1000)
    return None


def _texts(verdict: Refuse | CallStaff, zone: tzinfo) -> tuple[BothLanguages, BothLanguages]:
    zh, en = Language.ZH_CN, Language.EN
    visitor = BothLanguages(visitor_text(verdict, zh, zone), visitor_text(verdict, en, zone))
    return visitor, BothLanguages(staff_text(verdict, zh, zone), staff_text(verdict, en, zone))


def _place(details: Details) -> BothLanguages:
    return _NOTHING if details is NO_DETAILS else BothLanguages(details.place_zh, details.place_en)
