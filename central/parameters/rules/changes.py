"""The effect of a change of parameters on the stored values: pure.

Laws: a secret that a change leaves out stays, a secret that it sets to null is deleted; every other field that it leaves out
takes its default; a group is valid as a whole or it is not changed.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import get_args

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from central.parameters.groups import KINDS, ParameterGroup, ParameterGroupName

Value = str | int | list[str] | None
Values = Mapping[str, Value]


class FieldKind(StrEnum):
    """How the page asks for a field."""

    TEXT = "text"
    NUMBER = "number"
    LIST = "list"
    SECRET = "secret"  # noqa: S105 - a word of the API


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a group; `default` is its value where a change leaves it out."""

    name: str
    kind: FieldKind
    is_required: bool
    default: Value


@dataclass(frozen=True, slots=True)
class Kept:
    """A group's values as they are stored: what may be read, and the secrets, which may not."""

    plain: Values
    secrets: Mapping[str, str]


NOTHING = Kept({}, {})


def fields(group: ParameterGroupName) -> tuple[Field, ...]:
    """Return the fields of a group, in their order."""
    return tuple(_field(name, info) for name, info in KINDS[group].model_fields.items())


def secret_names(group: ParameterGroupName) -> frozenset[str]:
    """Return the names of a group's secrets."""
    return frozenset(one.name for one in fields(group) if one.kind is FieldKind.SECRET)


def unsaid_names(group: ParameterGroupName) -> frozenset[str]:
    """Return the names of the fields whose values no record says: secrets, and phone numbers."""
    return secret_names(group) | {one.name for one in fields(group) if one.name.endswith("_phone")}


def parsed(group: ParameterGroupName, values: Values, kept: Kept) -> ParameterGroup:
    """Return the group with the kept secrets that the values leave out; pydantic's ValidationError names what is wrong."""
    return KINDS[group].model_validate_json(json.dumps({**kept.secrets, **values}))


def split(group: ParameterGroupName, values: ParameterGroup) -> Kept:
    """Return what to store of a group."""
    hidden = secret_names(group)
    secrets = {name: getattr(values, name) for name in hidden}
    return Kept(
        values.model_dump(mode="json", exclude=set(hidden)),
        {name: secret.get_secret_value() for name, secret in sorted(secrets.items()) if secret is not None},
    )


def changed(before: Kept, after: Kept) -> tuple[str, ...]:
    """Return the names of the fields that differ."""
    pairs = ((before.plain, after.plain), (before.secrets, after.secrets))
    return tuple(sorted({name for old, new in pairs for name in {*old, *new} if old.get(name) != new.get(name)}))


def _field(name: str, info: FieldInfo) -> Field:
    annotation = info.annotation
    kinds = {annotation, *get_args(annotation)}
    kind = FieldKind.TEXT
    if SecretStr in kinds or any(SecretStr in get_args(one) for one in kinds):
        kind = FieldKind.SECRET
    elif annotation is int:
        kind = FieldKind.NUMBER
    elif Ellipsis in kinds:
        kind = FieldKind.LIST
    default = None if info.is_required() else info.default
    return Field(name, kind, info.is_required(), list(default) if isinstance(default, tuple) else default)
