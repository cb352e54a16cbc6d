"""Views: what answers show of a record, field by field by its name, so that no field is written twice.

A view reads the attribute that bears the field's name, or for a thing that it names (`domain.names`) its number: `site` shows
`site_id`. `read_from` names another attribute. A field that the record lacks is our fault,
and the first answer of the operation fails.
"""

from datetime import datetime
from typing import Annotated, Self

from pydantic import AliasChoices, AliasGenerator, AliasPath, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.fields import FieldInfo

from protocol.instants import Instant, Minute, from_minute, to_datetime


def _moment(said: Instant | datetime) -> datetime:
    return said if isinstance(said, datetime) else to_datetime(said)


def _minute(said: Minute | datetime) -> datetime:
    return said if isinstance(said, datetime) else to_datetime(from_minute(said))


# An instant of a record (UTC, ms), shown as RFC 3339.
Moment = Annotated[datetime, BeforeValidator(_moment)]
# A minute of a record, shown likewise.
MinuteMoment = Annotated[datetime, BeforeValidator(_minute)]
# What has no order of its own, shown sorted.
Sorted = BeforeValidator(sorted)
# Bytes of a record, shown in hexadecimal digits.
Hex = Annotated[str, BeforeValidator(bytes.hex)]


class View(BaseModel):
    """An answer that shows a record."""

    model_config = ConfigDict(
        from_attributes=True,
        validate_by_name=True,
        validate_by_alias=True,
        alias_generator=AliasGenerator(validation_alias=lambda name: AliasChoices(name, f"{name}_id")),
    )

    @classmethod
    def of(cls, record: object) -> Self:
        """Return what the view shows of a record."""
        return cls.model_validate(record)


def read_from(first: str, *further: str) -> FieldInfo:
    """Return the mark of a field that shows another attribute than the one of its name: `first`, and of that `further`."""
    mark: FieldInfo = Field(validation_alias=AliasPath(first, *further))
    return mark


def within(part: str) -> AliasGenerator:
    """Return the class argument `alias_generator` of a view that shows the record's `part` as fields of its own."""

    def sources(name: str) -> AliasChoices:
        return AliasChoices(name, f"{name}_id", AliasPath(part, name), AliasPath(part, f"{name}_id"))

    return AliasGenerator(validation_alias=sources)
