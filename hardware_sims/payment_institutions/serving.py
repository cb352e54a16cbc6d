"""What both institutions' servers do: read a request whole, hinder it as switched, answer or let the line drop.

Laws: a lost reply comes after the deed, silence and a system error before it; what is said does not depend on whether a socket
stands between.
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
    """One request as it came; `target` is its address with the query, as it was sent, `origin` the server it came to."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    origin: str


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply as it goes out."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Cut(StrEnum):
    """Why a merchant hears nothing: nothing was done and nobody speaks, or the reply is lost on its way."""

    SILENT = "silent"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, taken apart; `path` holds the parts of the address that vary, `origin` where it came to."""

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
    """Do what is asked and return what is said, as well as the faults let it; `unknown` is a system error's words."""
    if faults.takes(Fault.SILENT, operation):
        return Cut.SILENT
    if faults.takes(Fault.SYSTEM_ERROR, operation):
        return unknown
    said = act()
    if faults.takes(Fault.LOST_REPLY, operation):
        return Cut.LOST
    return unknown if faults.takes(Fault.SYSTEM_ERROR_AFTER, operation) else said


def served(answer: Callable[[Heard], Reply | Cut]) -> web.Application:
    """Return the server that answers so, at any address."""

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
    """Close the connection without a word."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


async def listen(app: web.Application, port: int) -> tuple[web.AppRunner, int]:
    """Serve on the loopback address; returns the runner and the port, chosen by the system when 0."""
    runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=SHUTDOWN_S)
    await runner.setup()
    site = web.TCPSite(runner, LOOPBACK, port)
    await site.start()
    bound: int = runner.addresses[0][1]
    return runner, bound
