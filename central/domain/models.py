"""The models that bodies and parameters of calls extend.

Laws: a body that replaces a thing names all its fields, so that none is lost by being left out; a body that amends a thing
changes the fields that it names, and no other.
"""

from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import PydanticUndefined

from central.domain.problems import invalid

LAST_VERSION = 2**31 - 1
# Of a thing that people edit: it rises with each change of it; 0 where it has not been changed since it was made.
Version = Annotated[int, Field(ge=0, le=LAST_VERSION)]
ModelT = TypeVar("ModelT", bound=BaseModel)


class StrictModel(BaseModel):
    """Refuses a field that it does not know, so that a misspelt field is an error and not a silent default."""

    model_config = ConfigDict(extra="forbid")


class InFull(StrictModel):
    """Demands every field, also those that have a default where the model is used otherwise."""

    @classmethod
    def __pydantic_init_subclass__(cls, **_: object) -> None:
        """Take away the defaults."""
        for field in cls.model_fields.values():
            field.default, field.default_factory = PydanticUndefined, None
        cls.model_rebuild(force=True)


class Amendment(StrictModel):
    """Demands no field but the version that the caller read, where it has one; `amended` reads those that were given."""

    @classmethod
    def __pydantic_init_subclass__(cls, **_: object) -> None:
        """Let each field be left out; null stands only where the field allows it."""
        for name, field in cls.model_fields.items():
            if name != "version":
                field.default, field.default_factory, field.json_schema_extra = None, None, _without_default
        cls.model_rebuild(force=True)

    def given(self) -> dict[str, object]:
        """Return the fields that were given, by name."""
        return {name: getattr(self, name) for name in type(self).model_fields if name in self.model_fields_set}


def amended(before: ModelT, by: Amendment) -> ModelT:
    """Return a thing with the fields that were given; a field that is an amendment itself amends that part.

    ValidationError where the fields do not fit each other.
    """
    changes = {
        name: amended(getattr(before, name), value) if isinstance(value, Amendment) else value
        for name, value in by.given().items()
        if name in type(before).model_fields
    }
    return type(before).model_validate({name: getattr(before, name) for name in type(before).model_fields} | changes)


def amendment(before: ModelT, by: Amendment) -> ModelT:
    """Return a thing as `amended` does; Problem where the fields do not fit each other."""
    try:
        return amended(before, by)
    except ValidationError as error:
        raise invalid(error) from error


def _without_default(schema: dict[str, Any]) -> None:
    schema.pop("default", None)
