"""Versions in answers: a view of a thing that people edit shows the version that a change of it must name.

Laws: the version is never newer than what the view shows, so that a change made from the view is refused where the thing was
changed meanwhile: what is only read has its version read first, and the answer to a change shows the version that it made.
"""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Protocol, get_args

from pydantic import BaseModel, ConfigDict

VersionNumbers = Mapping[str, int]


class Versioned(BaseModel):
    """A view of a thing that people edit. `kind` is that of its audit subject, `named_by` the fields that name it."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=True)
    kind_of_subject: ClassVar[str]
    named_by: ClassVar[tuple[str, ...]]

    version: int = 0

    def subject(self) -> str:
        """Return the audit subject of the thing."""
        parts = (getattr(self, name) for name in self.named_by)
        return f"{self.kind_of_subject}:{'/'.join(str(getattr(part, 'id', part)) for part in parts)}"


class VersionReader(Protocol):
    """Knows the versions of things."""

    async def numbers_of(self, kinds: frozenset[str]) -> VersionNumbers:
        """Return the versions of all things of these kinds, by subject; one that was never changed is left out."""
        ...


def versioned_in(value: object) -> Iterator[Versioned]:
    """Yield each view in an answer whose version is to be shown."""
    if isinstance(value, Versioned):
        yield value
    if isinstance(value, BaseModel):
        for _, inner in value:
            yield from versioned_in(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from versioned_in(inner)


def kinds_in(model: type[BaseModel] | None) -> frozenset[str]:
    """Return the kinds of things whose versions an answer of this model shows."""
    return frozenset(_kinds(model, set()))


def _kinds(annotation: Any, met: set[Any]) -> Iterator[str]:  # noqa: ANN401 - any annotation of a field
    if isinstance(annotation, type) and issubclass(annotation, BaseModel) and annotation not in met:
        met.add(annotation)
        if issubclass(annotation, Versioned):
            yield annotation.kind_of_subject
        for field in annotation.model_fields.values():
            yield from _kinds(field.annotation, met)
    for inner in get_args(annotation):
        yield from _kinds(inner, met)
