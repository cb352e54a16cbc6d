"""Bodies and parameters of requests, read and parsed by their models.

Laws: no body is read beyond its bound; two readers never understand a body differently.
"""

import json

from aiohttp import web
from pydantic import BaseModel, ValidationError

from central.domain.messages import MUST_STAND_ONCE
from central.domain.problems import FieldFault, Problem, ProblemCode, invalid
from central.web.messages import (
    BODY_AT_MOST,
    BODY_MUST_BE,
    BODY_OUT_OF_BOUNDS,
    FIELD_TWICE,
    PARAMETER_TWICE,
    PARAMETER_UNKNOWN,
)

MAX_BODY_BYTES = 256 * 1024
JSON = "application/json"
# A file that was read before its handler, which takes it from here.
UPLOADED: web.RequestKey[bytes] = web.RequestKey("uploaded", bytes)
_NAME_SHOWN = 40


def require_json(request: web.Request) -> None:
    """Raise Problem where the body is said to be anything but JSON."""
    if request.content_type != JSON:
        raise Problem(ProblemCode.MEDIA_TYPE, BODY_MUST_BE.of(wanted=JSON, sent=request.content_type[:_NAME_SHOWN]))


async def read_json(request: web.Request) -> bytes:
    """Return the bytes of a body of JSON; Problem where it is too long, or said to be anything else."""
    require_json(request)
    if (request.content_length or 0) > MAX_BODY_BYTES:
        raise Problem(ProblemCode.BODY_TOO_LARGE, BODY_AT_MOST.of(most_bytes=MAX_BODY_BYTES))
    return await request.read()


def parse_body(model: type[BaseModel] | None, raw: bytes) -> BaseModel | None:
    """Return a body by its model, None without one; Problem where it does not fit, or names a member twice."""
    if model is None:
        return None
    try:
        parsed = model.model_validate_json(raw)
    except ValidationError as error:
        raise invalid(error) from error
    try:
        json.loads(raw, object_pairs_hook=_named_once)  # only now: the model accepts a bounded depth only
    except ValueError as error:
        raise Problem(ProblemCode.INPUT_INVALID, BODY_OUT_OF_BOUNDS.of()) from error
    return parsed


def _named_once(pairs: list[tuple[str, object]]) -> None:
    """Raise Problem where an object names a member twice: two readers could understand it differently (RFC 8259, section 4)."""
    names = [name for name, _ in pairs]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        fault = FieldFault(twice[:_NAME_SHOWN], MUST_STAND_ONCE.of())
        raise Problem(ProblemCode.INPUT_INVALID, FIELD_TWICE.of(name=twice[:_NAME_SHOWN]), fields=(fault,))


def parse_parameters(model: type[BaseModel] | None, request: web.Request) -> BaseModel | None:
    """Return path and query by their model, None without one; Problem where they do not fit."""
    given: dict[str, str] = dict(request.match_info)
    for name, value in request.query.items():
        if name in given:
            fault = FieldFault(name, MUST_STAND_ONCE.of())
            raise Problem(ProblemCode.INPUT_INVALID, PARAMETER_TWICE.of(name=name[:_NAME_SHOWN]), fields=(fault,))
        given[name] = value
    if model is None:
        if given:
            raise Problem(ProblemCode.INPUT_INVALID, PARAMETER_UNKNOWN.of(name=next(iter(given))[:_NAME_SHOWN]))
        return None
    try:
        return model.model_validate(given)
    except ValidationError as error:
        raise invalid(error) from error


async def read_upload(request: web.Request) -> bytes:
    """Read a file before its handler does, within the bound of all bodies."""
    request[UPLOADED] = await request.read()
    return request[UPLOADED]
