"""No reader meets a library's words: whatever does not fit a request's model is said by a message of ours."""

from collections.abc import Iterator

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError

from central.domain.field_messages import OTHERWISE, of_error
from central.operations import OPERATIONS

WRONG: tuple[object, ...] = (
    None, True, -1, 0, 10**30, 1.5, "", " ", "x" * 100_000, "\x00", "2026-02-30", "25:61", "2026-10-01T08:30:00",
    "2026-10-01T08:30:00Z", "12:00:00Z", "ftp://x", "===", [], [None], ["x"] * 2_000, {}, {"kind": "?"},
)  # fmt: skip
MODELS = sorted(
    {model for one in OPERATIONS for model in (one.body, one.parameters) if model is not None},
    key=lambda model: f"{model.__module__}.{model.__qualname__}",
)


def unsaid(model: type[BaseModel]) -> Iterator[str]:
    """Yield each kind of error that wrong values of the model cause and that no message of ours says."""
    wholes: list[object] = [*WRONG, *({name: value} for name in model.model_fields for value in WRONG)]
    for whole in wholes:
        try:
            TypeAdapter(model).validate_python(whole)
        except ValidationError as error:
            for one in error.errors(include_url=False, include_input=False):
                said = of_error(one)
                assert str(said)
                assert said.text(chinese=True)
                if said.message is OTHERWISE:
                    yield f"{model.__name__}.{'.'.join(map(str, one['loc']))}: {one['type']}: {one['msg']}"


def test_every_wrong_value_is_said_in_our_words() -> None:
    assert MODELS
    assert sorted({line for model in MODELS for line in unsaid(model)}) == []


class Planted(BaseModel):
    """A model with a kind of field that no request has."""

    planted: complex


def test_a_kind_of_error_without_words_is_found() -> None:
    assert list(unsaid(Planted))[-1].startswith("Planted.planted: complex_")


def test_choices_are_listed_without_english_words_between_them() -> None:
    model = next(one for one in MODELS if "role" in one.model_fields and "check_point_ids" in one.model_fields)
    with pytest.raises(ValidationError) as caught:
        model.model_validate({"role": "wizard"})
    (error,) = caught.value.errors(include_url=False, include_input=False)
    assert of_error(error).text(chinese=True) == "须为其中之一：gate, handheld, kiosk, counter"
