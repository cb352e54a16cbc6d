"""Things that an answer names: by their number, and by their name in the reader's language.

Laws: a view says which kind of thing a field is; the office looks up all names of an answer at once, just before it is sent. A
person who may read a record may read the names in it, even where the list of those things is closed to that person.
"""

from collections.abc import Iterator, Mapping
from enum import Enum, auto
from typing import ClassVar, Protocol, Self

from pydantic import BaseModel, ConfigDict, model_validator


class NameKind(Enum):
    """The kinds of things that have names."""

    AGENCY = auto()
    AGENT = auto()
    CATEGORY = auto()
    CHECK_POINT = auto()
    FACE = auto()
    PERSON = auto()
    PROMOTER = auto()
    PROMOTER_GROUP = auto()
    ROLE = auto()
    SITE = auto()
    TICKET_TYPE = auto()


class Named(BaseModel):
    """A thing by its number and its name."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=True)
    kind: ClassVar[NameKind]

    id: int
    name: str = ""

    @classmethod
    def of(cls, number: int) -> Self:
        """Return the thing of that number, without its name."""
        return cls(id=number)

    @model_validator(mode="before")
    @classmethod
    def _of_number(cls, said: object) -> object:
        return {"id": said} if isinstance(said, int) else said


class AgencyName(Named):
    """A travel agency."""

    kind = NameKind.AGENCY


class AgentName(Named):
    """A computer at a site."""

    kind = NameKind.AGENT


class CategoryName(Named):
    """A category of ticket types."""

    kind = NameKind.CATEGORY


class CheckPointName(Named):
    """A check point."""

    kind = NameKind.CHECK_POINT


class FaceName(Named):
    """A ticket face."""

    kind = NameKind.FACE


class PersonName(Named):
    """A person who may sign in; the full name where there is one."""

    kind = NameKind.PERSON


class PromoterName(Named):
    """A promoter."""

    kind = NameKind.PROMOTER


class PromoterGroupName(Named):
    """A group of promoters."""

    kind = NameKind.PROMOTER_GROUP


class RoleName(Named):
    """A role."""

    kind = NameKind.ROLE


class SiteName(Named):
    """A site."""

    kind = NameKind.SITE


class TicketTypeName(Named):
    """A ticket type."""

    kind = NameKind.TICKET_TYPE


Numbers = Mapping[NameKind, frozenset[int]]
Names = Mapping[NameKind, Mapping[int, str]]


class Naming(Protocol):
    """Knows the names of things."""

    async def names_of(self, numbers: Numbers, *, chinese: bool) -> Names:
        """Return the names of these numbers; a number that names nothing is left out."""
        ...


def named_in(value: object) -> Iterator[Named]:
    """Yield all that an answer names."""
    if isinstance(value, Named):
        yield value
    elif isinstance(value, BaseModel):
        for _, inner in value:
            yield from named_in(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from named_in(inner)


def numbers_of(things: list[Named]) -> Numbers:
    """Return the numbers that are to be looked up, by kind."""
    found: dict[NameKind, set[int]] = {}
    for one in things:
        found.setdefault(one.kind, set()).add(one.id)
    return {kind: frozenset(numbers) for kind, numbers in found.items()}


def give_names(things: list[Named], names: Names) -> None:
    """Set the names; what has none is shown by its number."""
    for one in things:
        one.name = names.get(one.kind, {}).get(one.id, str(one.id))
