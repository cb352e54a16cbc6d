"""The API is uniform: what is true for one operation of people is true for all, as the OpenAPI document shows."""

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from central.domain.names import Named
from central.domain.pagination import PageQuery
from central.domain.problems import ProblemCode
from central.operations import OPERATIONS
from central.web.access import Access
from central.web.operations import Operation
from central.web.problem_documents import MEDIA_TYPE
from tests.builders.api_document import api_document

PEOPLE = [one for one in OPERATIONS if one.access is not Access.AGENT and one.path.startswith("/api/")]
LISTS = [one for one in PEOPLE if one.operation_id.startswith("list")]
VERBS = {
    "GET": {"read", "list", "find", "export", "verify"},
    "PATCH": {"amend"},
    "PUT": {"change", "set", "add", "arrange", "confirm"},
    "DELETE": {"delete", "remove", "drop", "restore", "sign"},
}
# Each caller has only one of these, so that making it has no plural.
SINGULAR = {"session", "totp", "own-shift"}
# Two kinds of refund that are asked for beside the usual one.
KINDS = {"refundByHand", "forceRefund"}
# Names of times that do not end in `_at`: windows of validity and of queries, as docs/glossary.md has them.
TIMES = {"at", "since", "until", "before", "valid_from", "valid_until", "slot_start", "left_until"}
CODES = {code.value.code for code in ProblemCode}


def described(operation: Operation) -> Any:  # noqa: ANN401 - JSON
    return api_document()["paths"][operation.path][operation.method.lower()]


def schemas() -> dict[str, Any]:
    """The schema of each model."""
    found: dict[str, Any] = api_document()["components"]["schemas"]
    return found


def words(name: str) -> list[str]:
    """The words of a camelCase name."""
    return [word.lower() for word in re.findall(r"[A-Z]?[a-z0-9]+", name)]


def properties() -> Iterator[tuple[str, str, Any]]:
    """Return each field of each model, and each parameter: where it stands, its name, its schema."""
    for model, schema in schemas().items():
        for name, one in schema.get("properties", {}).items():
            yield model, name, one
    for operation in PEOPLE:
        for one in described(operation).get("parameters", []):
            if one["in"] != "header":
                yield operation.operation_id, one["name"], one["schema"]


def formats(schema: Any) -> set[str]:  # noqa: ANN401 - JSON
    return {one.get("format", "") for one in (schema, *schema.get("anyOf", ()))}


def test_an_operation_is_a_verb_and_a_noun() -> None:
    names = {one.operation_id: words(one.operation_id) for one in PEOPLE}
    assert [name for name, said in names.items() if len(said) < 2 or not re.fullmatch(r"[a-z]+([A-Z][a-z0-9]*)+", name)] == []
    verbs = {one.operation_id: (one.method, words(one.operation_id)[0]) for one in PEOPLE if one.method in VERBS}
    assert {name: said for name, said in verbs.items() if said[1] not in VERBS[said[0]]} == {}
    parts = [(one.operation_id, part) for one in PEOPLE for part in one.path.split("/")[1:]]
    assert [one for one in parts if not re.fullmatch(r"[a-z0-9-]+|{[a-z_]+}", one[1])] == []


def test_a_post_adds_to_many_or_does_what_its_path_ends_with() -> None:
    offenders = {}
    for operation in (one for one in PEOPLE if one.method == "POST"):
        last = operation.path.rsplit("/", 1)[1]
        if last.endswith("s") or last in SINGULAR or operation.operation_id in KINDS or last.startswith("{"):
            continue
        said, does = words(operation.operation_id), last.split("-")
        if said[0] != does[0] or not set(does) <= set(said):
            offenders[operation.operation_id] = last
    assert offenders == {}


def test_every_list_is_paged_alike() -> None:
    paged = {one.operation_id for one in LISTS if one.parameters is not None and issubclass(one.parameters, PageQuery)}
    assert {one.operation_id for one in LISTS} - paged == set()
    fields = {one.operation_id: set(one.answer.model_fields) if one.answer else set() for one in LISTS}
    assert {name: found for name, found in fields.items() if found != {"items", "next"}} == {}


def test_all_that_is_paged_is_a_list_or_a_statement() -> None:
    paged = {one.operation_id for one in PEOPLE if one.parameters and issubclass(one.parameters, PageQuery)}
    assert paged - {one.operation_id for one in LISTS} == {"readAgencyStatement"}


def test_one_parameter_says_the_same_everywhere() -> None:
    said: dict[str, set[str]] = defaultdict(set)
    for operation in (one for one in PEOPLE if one.raw_media_type is None):
        for one in described(operation).get("parameters", []):
            bare = {key: value for key, value in one["schema"].items() if key not in {"default", "description"}}
            said[one["name"]].add(repr(sorted(_alternatives(bare), key=repr)))
    differing = {name for name, schemas in said.items() if len(schemas) > 1}
    assert differing <= {"state", "reason", "kind", "name", "subject", "sort"}, {name: said[name] for name in differing}


def _alternatives(schema: Any) -> list[Any]:  # noqa: ANN401 - JSON
    """Return what a parameter may be where it is given at all."""
    some = schema.get("anyOf", [schema])
    return [
        {key: one for key, one in each.items() if key not in {"title", "description"}}
        for each in some
        if each.get("type") != "null"
    ]


def test_names_are_spelt_alike() -> None:
    assert [(where, name) for where, name, _ in properties() if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name)] == []
    assert [model for model in schemas() if not re.fullmatch(r"[A-Z][A-Za-z0-9]*(_[A-Za-z]+_)?", model)] == []


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


def test_every_refusal_is_a_problem_with_a_code_of_the_list() -> None:
    offenders = {}
    for operation in OPERATIONS:
        for status, answer in described(operation)["responses"].items():
            shown = set(answer["content"]) - {operation.raw_media_type} if int(status) >= 400 else set()
            if shown - {MEDIA_TYPE} or (shown and not set(answer["description"].split(", ")) <= CODES):
                offenders[operation.operation_id, status] = shown, answer["description"]
    assert offenders == {}


def test_numbers_of_rows_are_named_for_what_they_number() -> None:
    named = {one.__name__ for one in Named.__subclasses__()}
    bare = [(where, name) for where, name, _ in properties() if name in {"id", "number_id", "uuid", "pk"}]
    assert [one for one in bare if one[0] not in named] == []
