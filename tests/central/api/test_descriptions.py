"""Every operation, field and parameter says what it means; the words that say it are all in use."""

from collections.abc import Iterator
from typing import Any

import pytest

from central.operations import OPERATIONS
from central.web.vocabulary import WORDS, meaning, without_null
from central.web.vocabulary.apart import APART
from tests.builders.api_document import api_document

MOST_CHARACTERS = 140


def fields(document: Any) -> Iterator[tuple[str, str, Any]]:  # noqa: ANN401 - JSON
    """Yield each field and parameter: the model or operation that has it, its name, its description."""
    for model, schema in document["components"]["schemas"].items():
        for name, one in schema.get("properties", {}).items():
            yield model, name, one.get("description")
    for path in document["paths"].values():
        for operation in path.values():
            for one in operation.get("parameters", ()):
                yield operation["operationId"], one["name"], one.get("description")


def undescribed(document: Any) -> list[str]:  # noqa: ANN401 - JSON
    return [f"{where}.{name}" for where, name, said in fields(document) if not said]


def forms(where: str, name: str) -> set[str]:
    said = meaning(where, name)
    return set() if said is None else {said, without_null(said)}


def test_what_is_never_null_says_nothing_of_null() -> None:
    schemas = api_document()["components"]["schemas"]
    assert "Null: " in schemas["UserView"]["properties"]["signed_in_at"]["description"]
    assert schemas["QuoteBody"]["properties"]["site_id"]["description"] == "Number of a site."
    assert without_null("When it ended; RFC 3339, UTC. Null: it goes on.") == "When it ended; RFC 3339, UTC."


def test_every_field_and_parameter_says_what_it_means() -> None:
    assert undescribed(api_document()) == [], "write it in central/web/vocabulary, or in the model's own Field(description=...)"


def test_every_operation_and_model_is_described() -> None:
    document = api_document()
    silent = [one["operationId"] for path in document["paths"].values() for one in path.values() if not one["description"]]
    models = {name: one.get("description") for name, one in document["components"]["schemas"].items() if "properties" in one}
    assert silent == []
    assert [name for name, said in models.items() if not said] == []


def test_a_planted_field_is_found() -> None:
    planted = {"components": {"schemas": {"Planted": {"properties": {"silent": {"type": "integer"}}}}}, "paths": {}}
    assert undescribed(planted) == ["Planted.silent"]


def test_no_word_is_written_for_nothing() -> None:
    used = {(where, name) for where, name, said in fields(api_document()) if said in forms(where, name)}
    assert sorted(set(WORDS) - {name for _, name in used}) == []
    apart = {(where, name) for where, words in APART.items() for name in words}
    assert sorted(apart - used) == []


@pytest.mark.parametrize("said", [*WORDS.values(), *(one for words in APART.values() for one in words.values())])
def test_a_description_is_a_short_sentence(said: str) -> None:
    assert said.endswith(".")
    assert said[0].isupper()
    assert len(said) <= MOST_CHARACTERS


def test_money_and_moments_say_their_unit() -> None:
    said = {name: text for name, text in WORDS.items() if name.endswith(("_fen", "_at"))}
    unsaid = [name for name, text in said.items() if name.endswith("_fen") and "in fen" not in text]
    assert unsaid == []
    local = {"opens_at", "closes_at"}
    assert [name for name, text in said.items() if name.endswith("_at") and "RFC 3339" not in text and name not in local] == []


def test_each_operation_has_words_of_its_own() -> None:
    described = [one.words.description for one in OPERATIONS]
    assert len(set(described)) == len(described)
