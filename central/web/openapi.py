"""The OpenAPI 3.1 document, made from the declared operations (docs/decisions/0003).

Laws: nothing is described by hand that the declarations know; the same operations give the same document.
"""

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Literal

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from central.web import idempotency
from central.web.access import COOKIE, CSRF_HEADER, Access
from central.web.operations import JSON, Operation
from central.web.problems import EVERYWHERE, MEDIA_TYPE, ProblemCode

VERSION = "3.1.0"
_REFERENCE = "#/components/schemas/{model}"
Json = dict[str, object]
_Mode = Literal["validation", "serialization"]
References = Mapping[tuple[type[BaseModel], _Mode], Json]

_PROBLEM_SCHEMA: Json = {
    "type": "object",
    "description": "RFC 9457; `code` is stable, `instance` names the request.",
    "required": ["type", "title", "status", "code", "detail", "instance"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "enum": sorted(code.value.code for code in ProblemCode)},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "message"],
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
            },
        },
    },
}


def document(operations: tuple[Operation, ...], title: str, version: str) -> Json:
    """Return the document of all operations."""
    references, schemas = _schemas(operations)
    paths: dict[str, dict[str, Json]] = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation, references)
    return {
        "openapi": VERSION,
        "info": {"title": title, "version": version},
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


def _schemas(operations: Iterable[Operation]) -> tuple[References, Json]:
    models: dict[tuple[type[BaseModel], _Mode], None] = {}
    definitions: Json = {}
    for operation in operations:
        if operation.body:
            models[operation.body, "validation"] = None
        if operation.answer:
            models[operation.answer, "serialization"] = None
        if operation.parameters:
            definitions.update(operation.parameters.model_json_schema(ref_template=_REFERENCE).get("$defs", {}))
    found, described = models_json_schema(list(models), ref_template=_REFERENCE)
    definitions.update(described.get("$defs", {}))
    return {(model, mode): schema for (model, mode), schema in found.items() if issubclass(model, BaseModel)}, definitions


def _operation(operation: Operation, references: References) -> Json:
    described: Json = {
        "operationId": operation.operation_id,
        "summary": operation.summary,
        "responses": _responses(operation, references),
    }
    tag = operation.path.split("/")
    described["tags"] = [tag[3] if len(tag) > 3 else "paifang"]  # noqa: PLR2004 - /api/v1/TAG
    described.update(_security(operation))
    parameters = _parameters(operation)
    if parameters:
        described["parameters"] = parameters
    if operation.body:
        content = {JSON: {"schema": references[operation.body, "validation"]}}
        described["requestBody"] = {"required": True, "content": content}
    elif operation.raw_media_type and operation.method == "POST":
        described["requestBody"] = {"required": True, "content": {operation.raw_media_type: {}}}
    return described


def _security(operation: Operation) -> Json:
    if operation.access is Access.PUBLIC:
        return {"security": []}
    if operation.access is Access.AGENT:
        return {"security": [{"agent": []}]}
    security: Json = {"security": [{"session": []}, {"bearer": []}]}
    return security if isinstance(operation.access, Access) else {**security, "x-permission": str(operation.access)}


def _responses(operation: Operation, references: References) -> Json:
    status = HTTPStatus(operation.status)
    success: Json = {"description": status.phrase}
    if operation.answer:
        success["content"] = {JSON: {"schema": references[operation.answer, "serialization"]}}
    elif operation.raw_media_type:
        success["content"] = {operation.raw_media_type: {}}
    elif operation.stream_media_types:
        success["content"] = {media_type: {} for media_type in operation.stream_media_types}
    answers: Json = {str(int(status)): success}
    by_status: dict[int, list[str]] = {}
    for code in possible_problems(operation):
        by_status.setdefault(int(code.value.status), []).append(code.value.code)
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
        codes[ProblemCode.PASSWORD_CHANGE_REQUIRED] = None
    if operation.proved:
        codes[ProblemCode.PROOF_REQUIRED] = None
    if operation.body:
        codes[ProblemCode.MEDIA_TYPE] = None
        codes[ProblemCode.BODY_TOO_LARGE] = None
    if operation.subjects:
        codes[ProblemCode.NOT_FOUND] = None
    if operation.idempotent:
        codes[ProblemCode.IDEMPOTENCY_KEY_REQUIRED] = None
        codes[ProblemCode.IDEMPOTENCY_KEY_REUSED] = None
    return tuple(codes)


def _parameters(operation: Operation) -> list[Json]:
    described: list[Json] = []
    if operation.parameters:
        schema = operation.parameters.model_json_schema(ref_template=_REFERENCE)
        required = schema.get("required", [])
        for name, one in schema.get("properties", {}).items():
            place = "path" if name in operation.path_names else "query"
            described.append({"name": name, "in": place, "required": name in required, "schema": one})
    if operation.idempotent:
        schema = {"type": "string", "minLength": 8, "maxLength": idempotency.MAX_CHARACTERS}
        described.append({"name": idempotency.HEADER, "in": "header", "required": True, "schema": schema})
    return described
