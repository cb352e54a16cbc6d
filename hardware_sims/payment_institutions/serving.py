"""The servers of both institutions: read a whole request, apply the switched faults, answer or drop the connection.

Laws: a lost reply comes after the action, silence and a system error before it; an answer is the same with and without a socket.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from aiohttp import web

from hardware_sims.payment_institutions.faults import Fault, Faults, Operation

MAX_BODY_BYTES = 65_536
LOOPBACK = "127.0.0.1"
SHUTDOWN_S = 0.1
SaidT = TypeVar("SaidT")


@dataclass(frozen=True, slots=True)
class Heard:
    """One received request; `target` is its address with the query, unchanged, `origin` the server that received it."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    origin: str


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply to send."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Cut(StrEnum):
    """Why a merchant gets no answer: nothing was done and the server stays silent, or the reply is lost on its way."""

    SILENT = "silent"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Asked:
    """One parsed request; `path` holds the variable parts of the address, `origin` is the server that received it."""

    body: bytes
    path: Mapping[str, str]
    query: Mapping[str, str]
    origin: str


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer, before it is signed."""

    status: int
    body: bytes = b""
    content_type: str = "application/json; charset=utf-8"
    signed: bool = True


def hindered(faults: Faults, operation: Operation, act: Callable[[], SaidT], unknown: SaidT) -> SaidT | Cut:
    """Carry out the request and return the answer, as far as the faults allow; `unknown` is the text of a system error."""
    if faults.takes(Fault.SILENT, operation):
        return Cut.SILENT
    if faults.takes(Fault.SYSTEM_ERROR, operation):
        return unknown
    said = act()
    if faults.takes(Fault.LOST_REPLY, operation):
        return Cut.LOST
    return unknown if faults.takes(Fault.SYSTEM_ERROR_AFTER, operation) else said


def served(answer: Callable[[Heard], Reply | Cut]) -> web.Application:
    """Return a server that answers by this function, at any address."""

    async def serve(request: web.Request) -> web.StreamResponse:
        origin = f"{request.scheme}://{request.host}"
        reply = answer(Heard(request.method, request.raw_path, request.headers, await request.read(), origin))
        if reply is Cut.SILENT:
            await asyncio.Event().wait()  # until the merchant gives up, or the server stops
        if isinstance(reply, Cut):
            return _drop(request)
        return web.Response(status=reply.status, headers=reply.headers, body=reply.body)

    app = web.Application(client_max_size=MAX_BODY_BYTES)
    app.router.add_route("*", "/{anywhere:.*}", serve)
    return app


def _drop(request: web.Request) -> web.Response:
    """Close the connection without an answer."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


async def listen(app: web.Application, port: int) -> tuple[web.AppRunner, int]:
    """Serve on the loopback address; return the runner and the port, chosen by the system where it is 0."""
    runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=SHUTDOWN_S)
    await runner.setup()
    site = web.TCPSite(runner, LOOPBACK, port)
    await site.start()
    bound: int = runner.addresses[0][1]
    return runner, bound
