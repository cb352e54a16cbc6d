"""A listener of the live channel, as a browser's EventSource is one: it keeps the last position, and goes on after it."""

import asyncio
import json
import re
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

import aiohttp

from tests.builders.served import Central

PATIENCE_S = 20
LEAST_BYTES = 4_096
OF_THE_STREAM = frozenset({"ready", "rights", "reset", "end"})


@dataclass(frozen=True, slots=True)
class Heard:
    """An event as it came."""

    position: str
    name: str
    data: Any


@dataclass(slots=True)
class Stream:
    """An open stream; `last` is the last position that came."""

    answer: aiohttp.ClientResponse
    last: str = ""

    async def next(self) -> Heard:
        """Return the next event; EOFError where the stream has ended."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                lines = await self._block()
                said = dict(line.split(": ", 1) for line in lines if not line.startswith(":"))
                self.last = said.get("id", self.last)
                if "event" in said:
                    return Heard(self.last, said["event"], json.loads(said["data"]))

    async def until(self, *names: str, times: int = 1) -> list[Heard]:
        """Return the events until one of these names has come so often, without those of the stream itself."""
        found: list[Heard] = []
        while sum(one.name in names for one in found) < times:
            one = await self.next()
            if one.name in names or one.name not in OF_THE_STREAM:
                found.append(one)
        return found

    async def _block(self) -> list[str]:
        lines: list[str] = []
        while line := (await self.answer.content.readline()).decode():
            if line == "\n":
                return lines
            lines.append(line.rstrip("\n"))
        raise EOFError


@asynccontextmanager
async def listening(central: Central, after: str = "") -> AsyncIterator[Stream]:
    """Listen as the person who calls this central; after a position, or from now on."""
    sent = {**central.headers, **({"Last-Event-ID": after} if after else {})}
    async with central.session.get(f"{central.url}/api/v1/live", headers=sent) as answer:
        assert answer.status == 200, await answer.text()
        yield Stream(answer)


async def listening_without_reading(central: Central) -> socket.socket:
    """Ask for the stream, with as little room in the kernel as there can be, and read nothing of it."""
    one = socket.socket()
    one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, LEAST_BYTES)
    one.setblocking(False)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(one, (central.server.host, central.server.port))
    said = f"GET /api/v1/live HTTP/1.1\r\nHost: x\r\nAuthorization: {central.headers['Authorization']}\r\n\r\n"
    await loop.sock_sendall(one, said.encode())
    return one


async def last_taken(one: socket.socket) -> str:
    """Read what the kernel holds until the connection is at its end; return the last position of a whole event."""
    taken = b""
    with suppress(ConnectionResetError):
        async with asyncio.timeout(PATIENCE_S):
            while said := await asyncio.get_running_loop().sock_recv(one, LEAST_BYTES):
                taken += said
    one.close()
    whole = taken.rpartition(b"\n\n")[0].decode()
    return str(re.findall("id: ([0-9-]+)\n", whole)[-1])
