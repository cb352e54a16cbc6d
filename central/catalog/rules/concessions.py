"""Whether a visitor is entitled to a concession: pure rules over `catalog.concessions`.

Laws: a refusal is a value with its text in both languages; where several grounds fail, the one nearest to holding says why; a
birth date is used here and stored nowhere (law 9).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum

from central.catalog.concessions import EvidenceKind, Ground
from central.catalog.messages import (
    BIRTH_UNCHECKED,
    DAY_NOT_GRANTED,
    EVIDENCE_NOT_ENTITLING,
    EVIDENCE_NOT_SHOWN,
    EVIDENCE_NUMBER_MISSING,
    TOO_OLD_THEN,
    TOO_YOUNG_THEN,
)
from protocol.holders import Document, DocumentType, has_valid_check_digit, normalised

LAST_CHARACTERS = 4
_BORN = slice(6, 14)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the seller saw of one person: the kind, the last characters of its number, and the date of birth if asked for."""

    kind: EvidenceKind
    last_characters: str | None = None
    born: date | None = None


class Ineligible(Enum):
    """Why a visitor is not entitled, from the farthest to the nearest."""

    NO_EVIDENCE = EVIDENCE_NOT_SHOWN
    WRONG_EVIDENCE = EVIDENCE_NOT_ENTITLING
    WRONG_DAY = DAY_NOT_GRANTED
    AGE_UNKNOWN = BIRTH_UNCHECKED
    TOO_YOUNG = TOO_YOUNG_THEN
    TOO_OLD = TOO_OLD_THEN
    NUMBER_MISSING = EVIDENCE_NUMBER_MISSING


@dataclass(frozen=True, slots=True)
class Eligibility:
    """Whether one person is entitled, or why not, and by which evidence, if any was shown."""

    evidence: Evidence | None
    why_not: Ineligible | None

    @property
    def is_eligible(self) -> bool:
        """Whether the person is entitled."""
        return self.why_not is None


def eligibility(grounds: Collection[Ground], visit: date, evidence: Evidence | None) -> Eligibility:
    """Return whether a visitor is entitled by one of these grounds on the day of the visit."""
    if evidence is None:
        return Eligibility(None, Ineligible.NO_EVIDENCE)
    found = [_why_not(ground, visit, evidence) for ground in grounds]
    if None in found:
        return Eligibility(evidence, None)
    order = list(Ineligible)
    return Eligibility(evidence, max((one for one in found if one is not None), key=order.index))


def day_is_granted(grounds: Collection[Ground], visit: date) -> bool:
    """Return whether any of these grounds holds on that day; true where there are no grounds."""
    return not grounds or any(ground.holds_on(visit) for ground in grounds)


def age_on(day: date, born: date) -> int:
    """Return a visitor's age in whole years on a day."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def born_by(document: Document) -> date | None:
    """Return the date of birth that a resident's ID number states (GB 11643); None for every other document."""
    if document.kind is not DocumentType.RESIDENT_ID or not has_valid_check_digit(document.number):
        return None
    try:
        return datetime.strptime(normalised(document.number)[_BORN], "%Y%m%d").date()  # noqa: DTZ007 - a day, not a moment
    except ValueError:
        return None


def _why_not(ground: Ground, visit: date, evidence: Evidence) -> Ineligible | None:
    if evidence.kind is not ground.evidence:
        return Ineligible.WRONG_EVIDENCE
    if not ground.holds_on(visit):
        return Ineligible.WRONG_DAY
    if ground.asks_age:
        age = None if evidence.born is None else age_on(visit, evidence.born)
        if age is None:
            return Ineligible.AGE_UNKNOWN
        if ground.minimum_age is not None and age < ground.minimum_age:
            return Ineligible.TOO_YOUNG
        if ground.maximum_age is not None and age > ground.maximum_age:
            return Ineligible.TOO_OLD
    if ground.asks_number and not evidence.last_characters:
        return Ineligible.NUMBER_MISSING
    return None
