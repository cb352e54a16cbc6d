"""Concessions (优待票): which visitors are entitled to a type, as people state it in JSON.

Laws: a rule that is left out does not restrict; days are the site's local ones; a seller asks a visitor only for what the ground
needs.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from central.catalog.messages import AGES_REVERSED, FIRST_AFTER_LAST
from central.domain.field_messages import unfit
from protocol.admission.tables import MAX_AGE

MOST_GROUNDS = 20
MOST_YEARLY_DAYS = 60
_MONTH_AND_DAY = r"^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"

Age = Annotated[int, Field(ge=0, le=MAX_AGE)]


class EvidenceKind(StrEnum):
    """What a seller may see as evidence. The words are stored and never change their meaning."""

    IDENTITY_DOCUMENT = "identity-document"
    STUDENT_CARD = "student-card"
    TEACHER_CARD = "teacher-card"
    DISABILITY_CARD = "disability-card"
    MILITARY_CARD = "military-card"
    VETERAN_CARD = "veteran-card"
    ELDER_CARD = "elder-card"
    MEDICAL_CARD = "medical-card"
    PRESS_CARD = "press-card"
    RELIEF_CARD = "relief-card"
    HEIGHT = "height"


class Ground(BaseModel):
    """One ground: this evidence, of an age on the day of the visit (both bounds in), for visits on these days.

    `every_year` are days of each year, such as 09-10 for teachers; `asks_number`: the seller notes the card's last characters.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    evidence: EvidenceKind
    minimum_age: Age | None = None
    maximum_age: Age | None = None
    first: date | None = None
    last: date | None = None
    every_year: Annotated[
        frozenset[Annotated[str, Field(pattern=_MONTH_AND_DAY)]] | None, Field(min_length=1, max_length=MOST_YEARLY_DAYS)
    ] = None
    asks_number: bool = False

    @model_validator(mode="after")
    def _ordered(self) -> "Ground":
        if self.minimum_age is not None and self.maximum_age is not None and self.minimum_age > self.maximum_age:
            raise unfit(AGES_REVERSED.of())
        if self.first is not None and self.last is not None and self.first > self.last:
            raise unfit(FIRST_AFTER_LAST.of())
        return self

    @property
    def asks_age(self) -> bool:
        """Return whether the ground depends on the visitor's date of birth."""
        return self.minimum_age is not None or self.maximum_age is not None

    def holds_on(self, visit: date) -> bool:
        """Return whether the ground entitles visitors on that day."""
        after, before = self.first is None or visit >= self.first, self.last is None or visit <= self.last
        return after and before and (self.every_year is None or f"{visit:%m-%d}" in self.every_year)


Grounds = Annotated[list[Ground], Field(max_length=MOST_GROUNDS)]
