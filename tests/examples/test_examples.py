"""Every operation has an example in the OpenAPI document, and a real central does what the example says."""

import asyncio
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from central.examples import examples
from central.operations import OPERATIONS
from central.web.openapi import document
from central.web.operations import Operation
from tests.examples.files import STORIES, VARYING, Examples, path_of, told
from tests.examples.site import prepare, served_story

ANEW = "central answers otherwise than central/examples says: if that is meant, run `make examples`"


def recorded(name: str) -> Examples:
    read: Examples = json.loads(path_of(name).read_text(encoding="utf-8"))
    return read


def shape(value: Any) -> Any:  # noqa: ANN401 - JSON
    """The structure of a value, with every value replaced by its type."""
    if isinstance(value, dict):
        return {name: shape(one) for name, one in value.items()}
    return [shape(one) for one in value] if isinstance(value, list) else type(value).__name__


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a central with the small site, to be copied."""
    folder = tmp_path_factory.mktemp("prepared")
    asyncio.run(prepare(folder))
    return folder


@pytest.mark.parametrize("name", STORIES)
async def test_a_real_central_answers_as_the_examples_say(name: str, prepared: Path, tmp_path: Path) -> None:
    shown, kept = await told(name, prepared, tmp_path / name), recorded(name)
    assert sorted(shown) == sorted(kept), ANEW
    for operation_id, example in shown.items():
        compared = shape if operation_id in VARYING else list
        assert compared([example]) == compared([kept[operation_id]]), f"{operation_id}: {ANEW}"


@pytest.mark.sampled(4)
@pytest.mark.parametrize("name", STORIES)
async def test_a_call_that_is_repeated_with_its_key_is_done_once(name: str, prepared: Path, tmp_path: Path) -> None:
    async with served_story(prepared, tmp_path / name, name) as tell:
        tell.repeats = True
        await STORIES[name](tell)
    assert tell.repeated >= {operation.operation_id for operation in OPERATIONS if operation.once} & set(recorded(name))


def test_each_operation_has_one_example() -> None:
    told_in = Counter(operation_id for name in STORIES for operation_id in recorded(name))
    without = sorted({operation.operation_id for operation in OPERATIONS} - set(told_in))
    assert without == [], f"show it in a story of tests/examples, then run `make examples`: {without}"
    assert [one for one, times in told_in.items() if times > 1] == [], "each operation is shown in one story"


def test_the_document_shows_each_request_and_answer() -> None:
    paths: Any = document(OPERATIONS, "Paifang", "1", examples())["paths"]
    silent = [one.operation_id for one in OPERATIONS if not is_shown(one, paths[one.path][one.method.lower()])]
    assert silent == []


def is_shown(operation: Operation, described: Any) -> bool:  # noqa: ANN401 - JSON
    """Return whether all path parameters, the body and the answer of an operation have an example."""
    named = [one for one in described.get("parameters", []) if one["in"] == "path"]
    said = [described.get("requestBody", {}), described["responses"][str(int(operation.status))]]
    shown = [next(iter(one["content"].values())) for one in said if one.get("content")]
    return all("example" in one for one in (*named, *shown))
