"""Requests that are not HTTP, over a raw socket: always a problem document, never aiohttp's text, never a stack."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from aiohttp import web

from central.web.middleware import problems, request_ids
from central.web.server import AppRunner
from tests.builders.central import SeededBytes

MOST_BYTES = 64 * 1024
SECRET = b"7c1f-as-sent"


async def read_body(request: web.Request) -> web.Response:
    return web.Response(text=f"{len(await request.read())} bytes")


@dataclass(frozen=True, slots=True)
class Served:
    host: str
    port: int


@pytest.fixture
async def served() -> AsyncIterator[Served]:
    random_bytes = SeededBytes("server")
    app = web.Application(middlewares=[request_ids(random_bytes), problems])
    app.router.add_post("/", read_body)
    runner = AppRunner(app, random_bytes, shutdown_timeout_s=1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    yield Served(host, port)
    await runner.cleanup()


class Caller:
    """A client that sends any bytes that a test gives it."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def rest(self) -> bytes:
        """Return all that comes until the server closes."""
        received = b""
        while more := await self.reader.read(MOST_BYTES):
            received += more
        return received


@asynccontextmanager
async def connected(served: Served) -> AsyncIterator[Caller]:
    reader, writer = await asyncio.open_connection(served.host, served.port)
    yield Caller(reader, writer)
    writer.close()


def parsed(received: bytes) -> tuple[int, dict[str, str], Any]:
    head, _, body = received.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines)
    return int(first.split()[1]), headers, json.loads(body)


GOOD = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nConnection: close\r\n\r\nbody"
GZIP = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Encoding: gzip\r\nContent-Length: 12\r\nConnection: close\r\n\r\n"
CHUNKED = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
NO_HTTP = {
    "bad method": b"G@T(" + SECRET + b") / HTTP/1.1\r\nHost: x\r\n\r\n",
    "no request line": SECRET + b"\r\n\r\n",
    "bad version": b"GET / HTTP/9\r\nHost: x\r\n\r\n",
    "TLS to a plain port": bytes.fromhex("160301020001000100") + SECRET + b"\r\n\r\n",
    "header without a colon": b"GET / HTTP/1.1\r\nHost: x\r\n" + SECRET + b"\r\n\r\n",
    "control character in a header": b"GET / HTTP/1.1\r\nHost: x\r\nA: \x00" + SECRET + b"\r\n\r\n",
    "header too long": b"GET / HTTP/1.1\r\nHost: x\r\nA: " + SECRET * 2_000 + b"\r\n\r\n",
    "line too long": b"GET /" + SECRET * 2_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    "length that is no number": b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: " + SECRET + b"\r\n\r\n",
    "length and chunks": b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\nbody",
    "expecting what there is not": b"POST / HTTP/1.1\r\nHost: x\r\nExpect: " + SECRET + b"\r\nContent-Length: 0\r\n\r\n",
    "body that is not encoded as said": GZIP + SECRET,
    "bad chunk": CHUNKED + b"zz" + SECRET + b"\r\nbody\r\n0\r\n\r\n",
    "bad chunk after a good one": CHUNKED + b"4\r\nbody\r\nzz" + SECRET + b"\r\n",
}


def assert_problem(received: bytes) -> None:
    status, headers, body = parsed(received)
    assert (status, body["status"], body["code"]) == (400, 400, "input_invalid")
    assert headers["content-type"] == "application/problem+json"
    assert body["instance"] == f"urn:paifang:request:{headers['x-request-id']}"
    assert SECRET not in received
    assert b"Traceback" not in received


@pytest.mark.parametrize("sent", NO_HTTP.values(), ids=NO_HTTP.keys())
async def test_what_is_no_http_is_a_problem_and_the_connection_closes(served: Served, sent: bytes) -> None:
    async with connected(served) as caller:
        await caller.send(sent)
        assert_problem(await caller.rest())


async def test_what_is_http_is_answered_on(served: Served) -> None:
    async with connected(served) as caller:
        await caller.send(GOOD)
        assert (await caller.rest()).endswith(b"4 bytes")


async def test_nonsense_behind_a_good_request_leaves_its_answer_whole(served: Served) -> None:
    async with connected(served) as caller:
        await caller.send(GOOD.replace(b"Connection: close\r\n", b""))
        assert (await caller.reader.readuntil(b"4 bytes")).startswith(b"HTTP/1.1 200")
        await caller.send(NO_HTTP["bad method"])
        assert_problem(await caller.rest())
