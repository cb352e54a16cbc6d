"""The OpenAPI 3.1 document, made from the declared operations (docs/decisions/0003).

Laws: what the declarations know is never described by hand; the same operations give the same document.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Literal

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from central.domain import idempotency
from central.domain.problems import ProblemCode
from central.web.access import COOKIE, CSRF_HEADER, PROVED_FOR_MS, Access
from central.web.bodies import JSON
from central.web.guide import GUIDE
from central.web.once import REPLAYED_HEADER
from central.web.operations import Operation
from central.web.problem_documents import EVERYWHERE, MEDIA_TYPE, STATUS
from central.web.vocabulary import WORDS, meaning, without_null
from protocol.instants import MS_PER_MINUTE

VERSION = "3.1.0"
_REFERENCE = "#/components/schemas/{model}"
Json = dict[str, object]
_Mode = Literal["validation", "serialization"]
References = Mapping[tuple[type[BaseModel], _Mode], Json]

_PARAMETERS: Json = {
    "type": "object",
    "description": "What the sentence names: money in fen, days and times by ISO 8601, a sentence by its code and parameters.",
}
_PROBLEM_SCHEMA: Json = {
    "type": "object",
    "description": "RFC 9457; `code` is stable, `instance` names the request.",
    "required": ["type", "title", "status", "code", "detail", "instance"],
    "properties": {
        "type": {"type": "string", "description": "URI of the kind of problem."},
        "title": {"type": "string", "description": "The kind of problem, in the caller's language."},
        "status": {"type": "integer", "description": "Status of the HTTP answer."},
        "code": {
            "type": "string",
            "description": "Stable name of the kind: act on it.",
            "enum": sorted(code.value.code for code in ProblemCode),
        },
        "detail": {"type": "string", "description": "What happened, and what to do, in the caller's language."},
        "detail_code": {"type": "string", "description": "Stable name of the sentence in `detail`."},
        "parameters": _PARAMETERS,
        "instance": {"type": "string", "description": "Holds the id of the request, as X-Request-Id does."},
        "errors": {
            "type": "array",
            "description": "The fields at fault, by their paths.",
            "items": {
                "type": "object",
                "required": ["field", "message"],
                "properties": {
                    "field": {"type": "string", "description": "Path of the field, dotted."},
                    "message": {"type": "string", "description": "What is wrong with it, in the caller's language."},
                    "code": {"type": "string", "description": "Stable name of the sentence in `message`."},
                    "parameters": _PARAMETERS,
                },
            },
        },
    },
}


@dataclass(frozen=True, slots=True)
class Example:
    """One call of an operation: path and query parameters, the body, and the answer; None where there is none."""

    parameters: Mapping[str, object]
    body: object | None
    answer: object | None


NO_EXAMPLE = Example({}, None, None)
NO_EXAMPLES: Mapping[str, Example] = {}


_PROOF = (
    f"It needs the password, given within the last {PROVED_FOR_MS // MS_PER_MINUTE} minutes: at sign-in, or by "
    "`POST /api/v1/session/prove`."
)

_IDEMPOTENCY_KEY: Json = {
    "name": idempotency.HEADER,
    "in": "header",
    "description": WORDS[idempotency.HEADER],
    "required": True,
    "schema": {"type": "string", "pattern": idempotency.PATTERN},
    "example": "5f0c6c1e-window-7-0042",
}

_OPTIONAL_KEY: Json = {
    **_IDEMPOTENCY_KEY,
    "description": f"{WORDS[idempotency.HEADER]} Without it, a request that is repeated has its effect again.",
    "required": False,
}
_REPLAYED: Json = {
    REPLAYED_HEADER: {
        "description": "The key came before: nothing was done now, and this is the first answer.",
        "schema": {"type": "string", "const": "true"},
    },
}


def document(operations: tuple[Operation, ...], title: str, version: str, examples: Mapping[str, Example] = NO_EXAMPLES) -> Json:
    """Return the document of all operations, with the example of each that has one."""
    references, schemas = _schemas(operations)
    paths: dict[str, dict[str, Json]] = {}
    for operation in operations:
        example = examples.get(operation.operation_id, NO_EXAMPLE)
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation, references, example)
    return {
        "openapi": VERSION,
        "info": {"title": title, "version": version, "description": GUIDE},
        "tags": _tags(operations),
        "paths": paths,
        "components": {
            "schemas": {**schemas, "Problem": _PROBLEM_SCHEMA},
            "securitySchemes": {
                "session": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": COOKIE,
                    "description": f"unsafe methods also send {CSRF_HEADER}",
                },
                "bearer": {"type": "http", "scheme": "bearer"},
                "agent": {"type": "http", "scheme": "signature", "description": "RFC 9421, ed25519"},
            },
        },
    }


def _tags(operations: Iterable[Operation]) -> list[Json]:
    used = dict.fromkeys(one.tag for one in operations if one.tag is not None)
    return [{"name": tag.word, "description": tag.description} for tag in used]


def _schemas(operations: Iterable[Operation]) -> tuple[References, Json]:
    models: dict[tuple[type[BaseModel], _Mode], None] = {}
    definitions: Json = {}
    for operation in operations:
        if operation.body:
            models[operation.body, "validation"] = None
        if operation.answer:
            models[operation.answer, "serialization"] = None
        if operation.stream_event:
            models[operation.stream_event, "serialization"] = None
        if operation.parameters:
            definitions.update(operation.parameters.model_json_schema(ref_template=_REFERENCE).get("$defs", {}))
    found, described = models_json_schema(list(models), ref_template=_REFERENCE)
    definitions.update(described.get("$defs", {}))
    _describe(definitions)
    return {(model, mode): schema for (model, mode), schema in found.items() if issubclass(model, BaseModel)}, definitions


def _describe(definitions: Json) -> None:
    """Say of each field that has no description of its own what its name means."""
    for model, schema in definitions.items():
        assert isinstance(schema, dict), "a schema is an object"
        for name, one in schema.get("properties", {}).items():
            one.update(_said(one, model, name))


def _said(schema: Json, where: str, name: str) -> Json:
    said = schema.get("description")
    if said is None:
        said = meaning(where, name)
        said = without_null(said) if said and {"type": "null"} not in _alternatives(schema) else said
    return {"description": said} if said else {}


def _alternatives(schema: Json) -> list[object]:
    found = schema.get("anyOf", [])
    assert isinstance(found, list), "alternatives are a list"
    return found


def _operation(operation: Operation, references: References, example: Example) -> Json:
    described: Json = {
        "operationId": operation.operation_id,
        "summary": operation.words.summary,
        "description": _description(operation),
        "responses": _responses(operation, references, example),
    }
    if operation.tag is not None:
        described["tags"] = [operation.tag.word]
    described.update(_security(operation))
    parameters = _parameters(operation, example)
    if parameters:
        described["parameters"] = parameters
    if operation.body:
        content = {JSON: {"schema": references[operation.body, "validation"], **_shown(example.body)}}
        described["requestBody"] = {"required": True, "content": content}
    elif operation.uploads:
        file = {"schema": {"type": "string", "format": "binary"}}
        content = {one: file | _shown(example.body) for one in operation.uploads}
        described["requestBody"] = {"required": True, "content": content}
    elif operation.is_raw and operation.method == "POST":
        described["requestBody"] = {"required": True, "content": {operation.raw_media_type: _shown(example.body)}}
    return described


def _description(operation: Operation) -> str:
    said = operation.words.description
    return f"{said}\n\n{_PROOF}" if operation.proved else said


def _shown(value: object | None) -> Json:
    """Return a value as the example of a parameter or of a media type. What is no text is shown in a plain form."""
    return {} if value is None else {"example": value}


def _security(operation: Operation) -> Json:
    if operation.access is Access.PUBLIC:
        return {"security": []}
    if operation.access is Access.AGENT:
        return {"security": [{"agent": []}]}
    security: Json = {"security": [{"session": []}, {"bearer": []}]}
    permission: Json = {} if isinstance(operation.access, Access) else {"x-permission": str(operation.access)}
    proof: Json = {"x-needs-proof": True} if operation.proved else {}
    return {**security, **permission, **proof}


def _responses(operation: Operation, references: References, example: Example) -> Json:
    status, shown = HTTPStatus(operation.status), _shown(example.answer)
    success: Json = {"description": status.phrase, **({"headers": _REPLAYED} if operation.once else {})}
    if operation.answer:
        success["content"] = {JSON: {"schema": references[operation.answer, "serialization"], **shown}}
    elif operation.raw_media_type:
        success["content"] = {operation.raw_media_type: shown}
    elif operation.stream_media_types:
        first, *others = operation.stream_media_types
        # OpenAPI 3.1 describes no stream: the schema is that of one event, as `x-event-schema`.
        event = {"x-event-schema": references[operation.stream_event, "serialization"]} if operation.stream_event else {}
        success["content"] = {first: {**event, **shown}, **{media_type: {} for media_type in others}}
    answers: Json = {str(int(status)): success}
    by_status: dict[int, list[str]] = {}
    for code in possible_problems(operation):
        by_status.setdefault(int(STATUS[code]), []).append(code.value.code)
    for number in sorted(by_status):
        content: Json = {MEDIA_TYPE: {"schema": {"$ref": _REFERENCE.format(model="Problem")}}}
        answers[str(number)] = {"description": ", ".join(sorted(by_status[number])), "content": content}
    for other in operation.raw_answers:
        said = answers.setdefault(str(int(other)), {"description": other.phrase, "content": {}})
        assert isinstance(said, dict), "an answer is an object"
        said["content"][operation.raw_media_type] = {}
    return answers


def possible_problems(operation: Operation) -> tuple[ProblemCode, ...]:
    """Return all problems that an operation may answer with: its own, and those that follow from its declaration."""
    codes: dict[ProblemCode, None] = dict.fromkeys((*operation.problems, *EVERYWHERE, ProblemCode.INPUT_INVALID))
    if operation.access is not Access.PUBLIC and operation.access is not Access.AGENT:
        codes[ProblemCode.SIGN_IN_REQUIRED] = None
        codes[ProblemCode.CROSS_SITE] = None
    if operation.access is Access.SESSION:
        codes[ProblemCode.FORBIDDEN] = None
    if isinstance(operation.access, str):
        codes[ProblemCode.FORBIDDEN] = None
    if isinstance(operation.access, str) or operation.access in (Access.SIGNED_IN, Access.SESSION):
        codes[ProblemCode.PASSWORD_CHANGE_REQUIRED] = None
    if operation.proved:
        codes[ProblemCode.PROOF_REQUIRED] = None
    if operation.body:
        codes[ProblemCode.MEDIA_TYPE] = None
        codes[ProblemCode.BODY_TOO_LARGE] = None
    if operation.scoped_numbers:
        codes[ProblemCode.NOT_FOUND] = None
    if operation.once:
        codes[ProblemCode.CONFLICT] = None
    if operation.idempotent or operation.once:
        codes[ProblemCode.IDEMPOTENCY_KEY_REQUIRED] = None
        codes[ProblemCode.IDEMPOTENCY_KEY_REUSED] = None
    return tuple(codes)


def _parameters(operation: Operation, example: Example) -> list[Json]:
    described: list[Json] = []
    if operation.parameters:
        schema = operation.parameters.model_json_schema(ref_template=_REFERENCE)
        required = schema.get("required", [])
        for name, one in schema.get("properties", {}).items():
            place, shown = "path" if name in operation.path_names else "query", _shown(example.parameters.get(name))
            said = _said(one, operation.operation_id, name)
            described.append({"name": name, "in": place, **said, "required": name in required, "schema": one, **shown})
    if operation.is_raw:
        described.extend(_raw_parameters(operation, example))
    if operation.idempotent:
        described.append(_IDEMPOTENCY_KEY)
    if operation.once:
        described.append(_OPTIONAL_KEY)
    return described


def _raw_parameters(operation: Operation, example: Example) -> list[Json]:
    required = {"in": "path", "required": True, "schema": {"type": "string"}}
    return [
        {"name": name, **_said({}, operation.operation_id, name), **required, **_shown(example.parameters.get(name))}
        for name in operation.path_names
    ]
