"""An HTTP client that needs almost no time, so that only the server is measured: one connection, bytes made beforehand.

Laws: one request at a time on a connection; central never sends an answer without a length.
"""

import asyncio
from collections.abc import Mapping
from typing import Self
from urllib.parse import urlsplit

from tests.bench.measuring import now_s

_HEAD_END = b"\r\n\r\n"
_LENGTH = b"content-length:"
_STATUS_AT = slice(9, 12)


def request_bytes(method: str, url: str, headers: Mapping[str, str], body: bytes = b"") -> bytes:
    """Return a request's bytes."""
    parts = urlsplit(url)
    target = f"{parts.path}?{parts.query}" if parts.query else parts.path
    lines = [f"{method} {target} HTTP/1.1", f"host: {parts.netloc}", f"content-length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode("ascii") + _HEAD_END + body


class WireClient(asyncio.Protocol):
    """One connection. Make it with `connect`. `answered_s` is when the last byte of the last answer came."""

    def __init__(self) -> None:
        self.answered_s = 0.0
        self._transport: asyncio.Transport | None = None
        self._answer: asyncio.Future[tuple[int, bytes]] | None = None
        self._received = bytearray()

    @classmethod
    async def connect(cls, url: str) -> Self:
        """Return a connection to the server of a URL."""
        parts = urlsplit(url)
        assert parts.hostname is not None, "a URL of central's names its host"
        assert parts.port is not None, "and its port"
        _, client = await asyncio.get_running_loop().create_connection(cls, parts.hostname, parts.port)
        return client

    def ask(self, request: bytes) -> asyncio.Future[tuple[int, bytes]]:
        """Send a request; return status and body of its answer."""
        assert self._transport is not None, "it is connected"
        assert self._answer is None or self._answer.done(), "one question at a time"
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return self._answer

    def close(self) -> None:
        """Close the connection."""
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See asyncio.Protocol."""
        assert isinstance(transport, asyncio.Transport), "a stream"
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        """See asyncio.Protocol."""
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(exc or ConnectionResetError("the server hung up"))

    def data_received(self, data: bytes) -> None:
        """See asyncio.Protocol."""
        self._received += data
        head_end = self._received.find(_HEAD_END)
        if head_end < 0:
            return
        head = bytes(self._received[:head_end]).lower()
        length_at = head.find(_LENGTH)
        assert length_at >= 0, f"an answer without length: {head!r}"
        length = int(head[length_at + len(_LENGTH) :].split(b"\r\n", 1)[0])
        end = head_end + len(_HEAD_END) + length
        if len(self._received) < end:
            return
        self.answered_s = now_s()
        body = bytes(self._received[end - length : end])
        del self._received[:end]
        if self._answer is not None and not self._answer.done():
            self._answer.set_result((int(head[_STATUS_AT]), body))
