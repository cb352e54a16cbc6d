"""The WebSocket by which the page on the same computer reaches its counter: a thin shell around `door`.

Laws: it listens on loopback alone; a page of another origin, or one that calls this computer by another name, gets no WebSocket;
a connection is bounded in its messages, in what waits for it and in time; a port that is taken is tried again, and ends no agent.
"""

import asyncio
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass

import structlog
from aiohttp import WSMsgType, web

from edge.counter.counter import Counter
from edge.counter.messages import MAX_MESSAGE_BYTES, PATH, RefusedFor
from edge.counter.origins import LOOPBACK, refusal
from protocol.errors import StorageError

MAX_OPEN_PAGES = 8
MAX_SOCKETS = 32
HELLO_WITHIN_S = 5.0
HEARTBEAT_S = 15.0  # a page that does not answer a ping within half of it is gone
SEND_WITHIN_S = 5.0
CLOSE_WITHIN_S = 2.0
LISTEN_AGAIN_S = 5.0
MAX_WAITING = 256
REFUSED_CODE = 4000  # of the closing frame; its text is a `RefusedFor`

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Listening:
    """Where the door is, and from which origins pages may come."""

    port: int
    origins: Sequence[str]


async def serve_pages(counter: Counter, listening: Listening) -> None:
    """Let pages in, until cancelled."""
    welcome: set[asyncio.BaseProtocol] = set()

    async def knock(request: web.Request) -> web.StreamResponse:
        why = refusal(request.headers.getall("Host", []), request.headers.getall("Origin", []), listening.port, listening.origins)
        if why:
            _log.warning("a page was refused", why=why)
            return web.Response(status=403, text=why)
        if counter.open_pages >= MAX_OPEN_PAGES:
            return web.Response(status=503, text="too many pages are open; close some")
        welcome.add(request.protocol)
        try:
            return await _let_in(request, counter)
        finally:
            welcome.discard(request.protocol)

    async def hang_up(_: web.Application) -> None:
        counter.hang_up()

    app = web.Application()
    app.router.add_get(PATH, knock)
    app.on_shutdown.append(hang_up)
    runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=CLOSE_WITHIN_S)
    await runner.setup()
    try:
        await _listen(runner, listening.port, welcome)
    finally:
        await runner.cleanup()


class _Turned(asyncio.Protocol):
    """A connection too many: it is closed at once."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Close it."""
        transport.close()


async def _listen(runner: web.AppRunner, port: int, welcome: Collection[asyncio.BaseProtocol]) -> None:
    """Accept connections; one whose page is not welcome within the time is closed."""
    answering, loop = runner.server, asyncio.get_running_loop()
    assert answering is not None, "it was set up"

    def accept() -> asyncio.BaseProtocol:
        if len(answering.connections) >= MAX_SOCKETS:
            return _Turned()
        connection = answering()
        loop.call_later(HELLO_WITHIN_S, turn_out, connection)
        return connection

    def turn_out(connection: web.RequestHandler) -> None:
        if connection not in welcome and connection.transport is not None:
            connection.transport.abort()

    while True:
        try:
            server = await loop.create_server(accept, LOOPBACK, port)
        except OSError as error:
            _log.error("the counter's port is taken; end the program that has it", port=port, detail=error.strerror)
            await asyncio.sleep(LISTEN_AGAIN_S)
            continue
        try:
            await loop.create_future()  # it serves until this is cancelled
        finally:
            server.close()


async def _let_in(request: web.Request, counter: Counter) -> web.StreamResponse:
    socket = web.WebSocketResponse(timeout=CLOSE_WITHIN_S, heartbeat=HEARTBEAT_S, max_msg_size=MAX_MESSAGE_BYTES, compress=False)
    if not socket.can_prepare(request):
        return web.Response(status=426, text="this is a WebSocket", headers={"Upgrade": "websocket"})
    await socket.prepare(request)
    line = _Line(socket, request.transport)
    page = counter.opened(line)
    writing = asyncio.create_task(line.write())
    try:
        await _hear(socket, counter, page, line)
    except StorageError as fault:
        _log.error("a page was not let in", detail=str(fault))
    finally:
        counter.closed(page)
        line.hang_up()
        await asyncio.wait({writing}, timeout=2 * SEND_WITHIN_S)
        writing.cancel()
    return socket


async def _hear(socket: web.WebSocketResponse, counter: Counter, page: int, line: "_Line") -> None:
    limit_s: float | None = HELLO_WITHIN_S
    while not line.is_ending:
        try:
            message = await socket.receive(timeout=limit_s)
        except TimeoutError:
            return
        if message.type is WSMsgType.TEXT:
            counter.heard(page, message.data)
        elif message.type is WSMsgType.BINARY:
            counter.heard(page, "")
        else:
            return
        limit_s = None


class _Line:
    """Implements `counter.PageLine`: what waits for a page, and its way out."""

    def __init__(self, socket: web.WebSocketResponse, transport: asyncio.Transport | None) -> None:
        self._socket = socket
        self._transport = transport
        self._waiting: asyncio.Queue[str | None] = asyncio.Queue(MAX_WAITING)
        self._reason = ""
        self.is_ending = False

    def say(self, text: str) -> None:
        """See the port."""
        try:
            self._waiting.put_nowait(text)
        except asyncio.QueueFull:
            self._cut_off()

    def end(self, text: str, reason: RefusedFor) -> None:
        """See the port."""
        self.say(text)
        self._reason = reason.value
        self.hang_up()

    def hang_up(self) -> None:
        """Close once all that waits is sent."""
        if not self.is_ending:
            self.is_ending = True
            with suppress(asyncio.QueueFull):
                self._waiting.put_nowait(None)

    async def write(self) -> None:
        """Send what waits, in order; then close. A page that does not read in time is cut off."""
        try:
            while (text := await self._waiting.get()) is not None:
                async with asyncio.timeout(SEND_WITHIN_S):
                    await self._socket.send_str(text)
            async with asyncio.timeout(SEND_WITHIN_S):
                await self._socket.close(code=REFUSED_CODE if self._reason else 1000, message=self._reason.encode())
        except (TimeoutError, OSError):
            self._cut_off()

    def _cut_off(self) -> None:
        if not self.is_ending:
            _log.warning("a page was cut off", why=RefusedFor.TOO_SLOW.value)
        self.is_ending = True
        if self._transport is not None:
            self._transport.abort()
