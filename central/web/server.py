"""The server beneath the application: it answers broken or non-HTTP requests with a problem document too.

Laws: no answer carries a stack trace or what was sent; each such request is one line of the log; the connection closes.
"""

import asyncio
import logging
from http import HTTPStatus

from aiohttp import web
from aiohttp.http_exceptions import LineTooLong

from central.domain.ports import RandomBytes
from central.domain.problems import Problem, ProblemCode
from central.web.calls import REQUEST_ID
from central.web.messages import EXPECT_UNKNOWN, LINE_TOO_LONG, NOT_HTTP, OUR_FAULT
from central.web.middleware import REQUEST_ID_BYTES, REQUEST_ID_HEADER, answer

_log = logging.getLogger("paifang.web")


class AppRunner(web.AppRunner):
    """Runs an application without an access log; aiohttp's own answers to what it cannot read are problem documents."""

    def __init__(self, app: web.Application, random_bytes: RandomBytes, shutdown_timeout_s: float) -> None:
        """Take the application, randomness to name requests by, and how long the server waits for open requests at the end."""
        super().__init__(app, access_log=None, shutdown_timeout=shutdown_timeout_s)
        self._random_bytes = random_bytes

    async def _make_server(self) -> web.Server:
        made = await super()._make_server()
        return _Server(made, self._random_bytes)


class _Server(web.Server):
    """Makes the handler of a connection, as aiohttp's own server does, of our class."""

    def __init__(self, made: web.Server, random_bytes: RandomBytes) -> None:
        super().__init__(self._expected, request_factory=made.request_factory)
        self._handle = made.request_handler
        self._random_bytes = random_bytes

    async def _expected(self, request: web.BaseRequest) -> web.StreamResponse:
        """Handle a request; where aiohttp refuses it before any middleware sees it, answer with a problem document too."""
        try:
            return await self._handle(request)
        except web.HTTPExpectationFailed:
            problem = Problem(ProblemCode.INPUT_INVALID, EXPECT_UNKNOWN.of())
            return _named_answer(request, problem, self._random_bytes)

    def __call__(self) -> web.RequestHandler:
        return _Connection(self, self._random_bytes)


class _Connection(web.RequestHandler):
    """One connection."""

    __slots__ = ("_random_bytes",)

    def __init__(self, server: web.Server, random_bytes: RandomBytes) -> None:
        loop = asyncio.get_running_loop()
        super().__init__(server, loop=loop, access_log=None)  # type: ignore[arg-type]  # None means no log in aiohttp
        self._random_bytes = random_bytes

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = HTTPStatus.INTERNAL_SERVER_ERROR,
        exc: BaseException | None = None,
        message: str | None = None,  # noqa: ARG002 - aiohttp's signature; its message repeats what was sent
    ) -> web.StreamResponse:
        """Answer what no handler could: what is not HTTP (400), or a fault beyond the application's own answers."""
        if request.writer.output_size > 0:
            raise ConnectionError("an answer is under way already")
        problem = _problem(status, exc)
        response = _named_answer(request, problem, self._random_bytes)
        instance = {"request_id": response.headers[REQUEST_ID_HEADER]}
        if problem.code is ProblemCode.INTERNAL:
            _log.error("a fault beneath the handlers", exc_info=exc, extra=instance)
        else:
            _log.info("no HTTP from %s: %s", request.remote, type(exc).__name__, extra=instance)
        return response


def _named_answer(request: web.BaseRequest, problem: Problem, random_bytes: RandomBytes) -> web.Response:
    """Return the answer to a request that no middleware has named; after it the connection closes."""
    assert isinstance(request, web.Request), "the application makes its requests"
    request[REQUEST_ID] = random_bytes(REQUEST_ID_BYTES).hex()
    response = answer(request, problem)
    response.headers[REQUEST_ID_HEADER] = request[REQUEST_ID]
    response.force_close()
    return response


def _problem(status: int, fault: BaseException | None) -> Problem:
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Problem(ProblemCode.INTERNAL, OUR_FAULT.of())
    if isinstance(fault, LineTooLong):
        return Problem(ProblemCode.INPUT_INVALID, LINE_TOO_LONG.of())
    return Problem(ProblemCode.INPUT_INVALID, NOT_HTTP.of())
