"""The API reads as one hand wrote it: what holds for one operation of people holds for all, as the OpenAPI document shows."""

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest

from central.domain.pagination import PageQuery
from central.domain.problems import ProblemCode
from central.operations import OPERATIONS
from central.web.access import Access
from central.web.openapi import document
from central.web.operations import Operation
from central.web.problem_documents import MEDIA_TYPE

DOCUMENT: Any = document(OPERATIONS, "Paifang", "1")
SCHEMAS: Any = DOCUMENT["components"]["schemas"]
PEOPLE = [one for one in OPERATIONS if one.access is not Access.AGENT and one.path.startswith("/api/")]
LISTS = [one for one in PEOPLE if one.operation_id.startswith("list")]
VERBS = {
    "GET": {"read", "list", "find", "export", "verify"},
    "PUT": {"change", "set", "add", "arrange", "confirm"},
    "DELETE": {"delete", "remove", "drop", "restore", "sign"},
}
# What there is one of for whoever asks, so that making it has no plural.
SINGULAR = {"session", "totp", "own-shift"}
# Two kinds of refund that are asked for beside the usual one.
KINDS = {"refundByHand", "forceRefund"}
# Names of times that are no `*_at`: windows of validity and of questions, as docs/glossary.md and the house call them.
TIMES = {"at", "since", "until", "before", "valid_from", "valid_until", "slot_start", "left_until"}
CODES = {code.value.code for code in ProblemCode}


def by_id(operation: Operation) -> str:
    return operation.operation_id


def described(operation: Operation) -> Any:  # noqa: ANN401 - JSON
    return DOCUMENT["paths"][operation.path][operation.method.lower()]


def words(name: str) -> list[str]:
    """The words of a camelCase name."""
    return [word.lower() for word in re.findall(r"[A-Z]?[a-z0-9]+", name)]


def properties() -> Iterator[tuple[str, str, Any]]:
    """Each field of each model, and each parameter: where it stands, its name, its schema."""
    for model, schema in SCHEMAS.items():
        for name, one in schema.get("properties", {}).items():
            yield model, name, one
    for operation in PEOPLE:
        for one in described(operation).get("parameters", []):
            if one["in"] != "header":
                yield operation.operation_id, one["name"], one["schema"]


def formats(schema: Any) -> set[str]:  # noqa: ANN401 - JSON
    return {one.get("format", "") for one in (schema, *schema.get("anyOf", ()))}


@pytest.mark.parametrize("operation", PEOPLE, ids=by_id)
def test_an_operation_is_a_verb_and_a_noun(operation: Operation) -> None:
    said = words(operation.operation_id)
    assert len(said) > 1
    assert re.fullmatch(r"[a-z]+([A-Z][a-z0-9]*)+", operation.operation_id)
    if operation.method in VERBS:
        assert said[0] in VERBS[operation.method], operation.method
    assert all(re.fullmatch(r"[a-z0-9-]+|{[a-z_]+}", part) for part in operation.path.split("/")[1:])


@pytest.mark.parametrize("operation", [one for one in PEOPLE if one.method == "POST"], ids=by_id)
def test_a_post_adds_to_many_or_does_what_its_path_ends_with(operation: Operation) -> None:
    last = operation.path.rsplit("/", 1)[1]
    if last.endswith("s") or last in SINGULAR or operation.operation_id in KINDS or last.startswith("{"):
        return
    said, does = words(operation.operation_id), last.split("-")
    assert said[0] == does[0]
    assert set(does) <= set(said)


@pytest.mark.parametrize("operation", LISTS, ids=by_id)
def test_every_list_is_paged_alike(operation: Operation) -> None:
    assert operation.parameters is not None
    assert issubclass(operation.parameters, PageQuery)
    assert operation.answer is not None
    assert set(operation.answer.model_fields) == {"items", "next"}


def test_whatever_is_paged_is_a_list_or_a_statement() -> None:
    paged = {one.operation_id for one in PEOPLE if one.parameters and issubclass(one.parameters, PageQuery)}
    assert paged - {one.operation_id for one in LISTS} == {"readAgencyStatement"}


def test_one_parameter_says_the_same_everywhere() -> None:
    said: dict[str, set[str]] = defaultdict(set)
    for operation in (one for one in PEOPLE if one.raw_media_type is None):
        for one in described(operation).get("parameters", []):
            bare = {key: value for key, value in one["schema"].items() if key not in {"default", "description"}}
            said[one["name"]].add(repr(sorted(_alternatives(bare), key=repr)))
    differing = {name for name, schemas in said.items() if len(schemas) > 1}
    assert differing <= {"state", "kind", "name", "subject"}, {name: said[name] for name in differing}


def _alternatives(schema: Any) -> list[Any]:  # noqa: ANN401 - JSON
    """What a parameter may be where it is said at all."""
    some = schema.get("anyOf", [schema])
    return [{key: one for key, one in each.items() if key != "title"} for each in some if each.get("type") != "null"]


def test_names_are_spelt_alike() -> None:
    assert [(where, name) for where, name, _ in properties() if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name)] == []
    assert [model for model in SCHEMAS if not re.fullmatch(r"[A-Z][A-Za-z0-9]*(_[A-Za-z]+_)?", model)] == []


def test_money_is_in_fen_and_says_so() -> None:
    money = re.compile(r"(^|_)(price|amount|total|fee|paid|owed|difference)(_|$)")
    unsaid = [
        (where, name)
        for where, name, schema in properties()
        if money.search(name) and schema.get("type") == "integer" and not name.endswith(("_fen", "_id", "_per_mille"))
    ]
    assert unsaid == []
    assert [
        (where, name) for where, name, one in properties() if name.endswith("_fen") and "number" in str(one.get("type"))
    ] == []


def test_instants_days_and_local_times_say_what_they_are() -> None:
    instants = {(where, name) for where, name, one in properties() if "date-time" in formats(one)}
    assert {one for one in instants if not one[1].endswith("_at")} == {one for one in instants if one[1] in TIMES}
    texts = {(where, name) for where, name, one in properties() if name.endswith("_at") and one.get("type") == "string"}
    assert texts <= instants, "an instant is a date-time, not any text"
    assert [(where, name) for where, name, one in properties() if "time" in formats(one)] == [], "local: no zone"
    days = {name for _, name, one in properties() if "date" in formats(one)}
    assert {name for name in days if not name.endswith("day")} == {"first", "last", "born"}


@pytest.mark.parametrize("operation", OPERATIONS, ids=by_id)
def test_every_refusal_is_a_problem_with_a_code_of_the_list(operation: Operation) -> None:
    for status, answer in described(operation)["responses"].items():
        if int(status) < 400:
            continue
        shown = set(answer["content"]) - {operation.raw_media_type}
        assert shown <= {MEDIA_TYPE}
        if shown:
            assert set(answer["description"].split(", ")) <= CODES


def test_numbers_of_rows_are_named_for_what_they_number() -> None:
    assert [(where, name) for where, name, _ in properties() if name in {"id", "number_id", "uuid", "pk"}] == []
