"""What surrounds every request: its id, the time of its answer, and a problem document for anything that goes wrong.

Laws: the only broad `except` of the web stands here; it logs the fault with the request's id, and answers without detail.
"""

import json
import logging
from datetime import UTC, datetime
from email.utils import format_datetime

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from central.domain.ports import RandomBytes
from central.domain.problems import Problem, ProblemCode
from central.domain.saying import Said
from central.web import calls
from central.web.calls import REQUEST_ID
from central.web.languages import reads_chinese
from central.web.messages import (
    BODY_BROKE_OFF,
    FORM_BROKEN,
    METHOD_UNKNOWN_HERE,
    NO_ROUTE,
    NOTHING_KEPT,
    OUR_FAULT,
    REQUEST_REFUSED,
    STORAGE_UNUSABLE,
)
from central.web.problem_documents import MEDIA_TYPE, STATUS, document
from protocol.errors import InputError, StorageError
from protocol.instants import Clock

REQUEST_ID_HEADER = "X-Request-Id"
REQUEST_ID_BYTES = 8
_RETRY_AFTER_S = 1
_PATH_SHOWN = 200
_BY_STATUS = {
    400: ProblemCode.INPUT_INVALID,
    404: ProblemCode.NOT_FOUND,
    405: ProblemCode.METHOD_NOT_ALLOWED,
    413: ProblemCode.BODY_TOO_LARGE,
    415: ProblemCode.MEDIA_TYPE,
}
_log = logging.getLogger("paifang.web")


def request_ids(random_bytes: RandomBytes) -> Middleware:
    """Return the middleware that gives each request an id; the id is in the answer, in problems and in the log."""

    @web.middleware
    async def name_request(request: web.Request, handler: Handler) -> web.StreamResponse:
        begun_s = calls.begin(request, random_bytes(REQUEST_ID_BYTES).hex())
        response: web.StreamResponse | None = None
        try:
            response = await handler(request)
        finally:
            calls.leave(request, response, begun_s)
        if not response.prepared:
            response.headers[REQUEST_ID_HEADER] = request[REQUEST_ID]
        calls.end(request, response, begun_s)
        return response

    return name_request


def dated(clock: Clock) -> Middleware:
    """Return the middleware that says in `Date` when central answered: the computer of a page may be wrong by hours."""

    @web.middleware
    async def name_time(request: web.Request, handler: Handler) -> web.StreamResponse:
        response = await handler(request)
        if not response.prepared:
            response.headers["Date"] = format_datetime(datetime.fromtimestamp(clock() / 1000, UTC), usegmt=True)
        return response

    return name_time


@web.middleware
async def problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn any exception of a handler into a problem document."""
    try:
        return await handler(request)
    except Problem as problem:
        return answer(request, problem)
    except InputError as error:
        return answer(request, Problem(ProblemCode.INPUT_INVALID, FORM_BROKEN.of(reason=str(error))))
    except web.RequestPayloadError:
        return answer(request, Problem(ProblemCode.INPUT_INVALID, BODY_BROKE_OFF.of()))
    except StorageError as error:
        _log.exception("storage failed", extra={"request_id": request[REQUEST_ID]})
        calls.fault(request, error)
        return answer(request, Problem(ProblemCode.STORAGE_FAILED, _without_statement(error), retry_after_s=_RETRY_AFTER_S))
    except web.HTTPException as error:
        return _of_aiohttp(request, error)
    except Exception as error:  # noqa: BLE001 - the edge of the web (law 10): no client may see a stack
        _log.exception("a fault in a handler", extra={"request_id": request[REQUEST_ID]})
        calls.fault(request, error)
        return answer(request, Problem(ProblemCode.INTERNAL, OUR_FAULT.of()))


def answer(request: web.Request, problem: Problem) -> web.Response:
    """Return the problem as the answer to a request."""
    chinese = reads_chinese(request.headers)
    members = document(problem, f"urn:paifang:request:{request[REQUEST_ID]}", chinese=chinese)
    headers = {} if problem.retry_after_s is None else {"Retry-After": str(problem.retry_after_s)}
    body = json.dumps(members, ensure_ascii=False).encode()
    return web.Response(status=STATUS[problem.code], headers=headers, body=body, content_type=MEDIA_TYPE)


def _without_statement(error: StorageError) -> Said:
    return NOTHING_KEPT.of() if error.__cause__ else STORAGE_UNUSABLE.of(reason=str(error))


def _of_aiohttp(request: web.Request, error: web.HTTPException) -> web.StreamResponse:
    code = _BY_STATUS.get(error.status)
    if code is None:
        return error
    response = answer(request, Problem(code, _said_of(request, error)))
    if "Allow" in error.headers:
        response.headers["Allow"] = error.headers["Allow"]
    return response


def _said_of(request: web.Request, error: web.HTTPException) -> Said:
    method, path = request.method, request.path[:_PATH_SHOWN]
    match error:
        case web.HTTPNotFound():
            return NO_ROUTE.of(method=method, path=path)
        case web.HTTPMethodNotAllowed():
            return METHOD_UNKNOWN_HERE.of(method=method, path=path)
    return REQUEST_REFUSED.of(method=method, path=path, reason=error.reason)
