"""Concessions: by which evidence, age and day a visitor is entitled, and what a visitor who is not entitled is told."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.catalog.concessions import EvidenceKind, Ground
from central.catalog.rules.concessions import Evidence, Ineligible, age_on, born_by, day_is_granted, eligibility
from protocol.holders import Document, DocumentType

VISIT = date(2026, 5, 10)
ID = EvidenceKind.IDENTITY_DOCUMENT
STUDENT = EvidenceKind.STUDENT_CARD
OLD = Ground(evidence=ID, minimum_age=60)
CHILD = Ground(evidence=ID, maximum_age=6)
CARD = Ground(evidence=STUDENT, asks_number=True)
TEACHERS_DAY = Ground(evidence=EvidenceKind.TEACHER_CARD, every_year=frozenset({"09-10"}))
SUMMER = Ground(evidence=STUDENT, first=date(2026, 7, 1), last=date(2026, 8, 31))


@pytest.mark.parametrize(
    ("grounds", "evidence", "why_not"),
    [
        ([OLD], Evidence(ID, None, date(1966, 5, 10)), None),
        ([OLD], Evidence(ID, None, date(1966, 5, 11)), Ineligible.TOO_YOUNG),
        ([CHILD], Evidence(ID, None, date(2019, 5, 11)), None),
        ([CHILD], Evidence(ID, None, date(2019, 5, 10)), Ineligible.TOO_OLD),
        ([OLD], Evidence(ID), Ineligible.AGE_UNKNOWN),
        ([OLD, CARD], Evidence(STUDENT, "1234"), None),
        ([CARD], Evidence(STUDENT), Ineligible.NUMBER_MISSING),
        ([CARD, OLD], None, Ineligible.NO_EVIDENCE),
        ([CARD], Evidence(EvidenceKind.PRESS_CARD, "1234"), Ineligible.WRONG_EVIDENCE),
        ([SUMMER], Evidence(STUDENT), Ineligible.WRONG_DAY),
        ([SUMMER, CARD], Evidence(STUDENT), Ineligible.NUMBER_MISSING),
        ([Ground(evidence=EvidenceKind.HEIGHT)], Evidence(EvidenceKind.HEIGHT), None),
    ],
)
def test_a_visitor_is_entitled_by_one_ground_and_else_told_why_not(
    grounds: list[Ground], evidence: Evidence | None, why_not: Ineligible | None
) -> None:
    found = eligibility(grounds, VISIT, evidence)
    assert (found.why_not, found.is_eligible) == (why_not, why_not is None)


def test_a_day_of_each_year_is_granted_every_year() -> None:
    granted = [year for year in (2026, 2027) if day_is_granted([TEACHERS_DAY], date(year, 9, 10))]
    assert granted == [2026, 2027]
    assert not day_is_granted([TEACHERS_DAY], VISIT)
    assert day_is_granted([], VISIT)


def test_each_refusal_says_why_in_both_languages() -> None:
    texts = [text for one in Ineligible for text in (one.value.zh, one.value.en)]
    assert all(texts)
    assert len(set(texts)) == len(texts)


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)), st.integers(0, 120))
def test_a_visitor_is_so_old_from_the_birthday_on(born: date, age: int) -> None:
    try:
        birthday = born.replace(year=born.year + age)
    except ValueError:
        birthday = date(born.year + age, 3, 1)
    assert age_on(birthday, born) == age
    assert age_on(birthday.replace(month=12, day=31), born) == age


@pytest.mark.parametrize(
    ("document", "born"),
    [
        (Document(DocumentType.RESIDENT_ID, "CN", "990101199003074518"), date(1990, 3, 7)),
        (Document(DocumentType.RESIDENT_ID, "CN", "990101199003074519"), None),
        (Document(DocumentType.PASSPORT, "CN", "990101199003074518"), None),
    ],
)
def test_a_residents_number_says_the_date_of_birth(document: Document, born: date | None) -> None:
    assert born_by(document) == born


@pytest.mark.parametrize(
    "wrong",
    [
        {"minimum_age": 9, "maximum_age": 8},
        {"first": "2026-05-02", "last": "2026-05-01"},
        {"every_year": ["13-01"]},
        {"every_year": []},
    ],
)
def test_what_could_never_hold_is_no_ground(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        Ground.model_validate({"evidence": "student-card", **wrong})
