"""What both institutions' servers do: read a request whole, hinder it as switched, answer or let the line drop.

Laws: a lost reply comes after the deed, silence and a system error before it.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import web

MAX_BODY_BYTES = 65_536
LOOPBACK = "127.0.0.1"
SHUTDOWN_S = 0.1


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, read whole; `path` holds the parts of the address that vary, `origin` where it came to."""

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


async def read(request: web.Request) -> Asked:
    """Read a request whole; the server refuses what is too long."""
    return Asked(
        body=await request.read(),
        path=dict(request.match_info),
        query=dict(request.query),
        origin=f"{request.scheme}://{request.host}",
    )


async def say_nothing() -> web.Response:
    """Wait until the merchant gives up or the server stops."""
    await asyncio.Event().wait()
    raise AssertionError("nothing sets this event")


def drop(request: web.Request) -> web.Response:
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
