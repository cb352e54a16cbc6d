"""The live channel over HTTP: a stream of server-sent events.

Laws: a stream costs a bounded memory, whether its listener reads or not: one that takes nothing for `STALLED_S` is cut off, and
goes on after its position when it connects again.
"""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator
from contextlib import aclosing, suppress
from typing import Annotated

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field

from central.domain.messages import PASSWORD_FOR_ONE_USE
from central.domain.pagination import MAX_CURSOR_CHARACTERS
from central.domain.problems import Problem, ProblemCode, wrong_field
from central.live.bearers import Bearers
from central.live.hub import LiveHub
from central.live.listening import Listener, Wish
from central.live.messages import POSITION_UNKNOWN
from central.live.moments import loop_s
from central.live.rules.positions import Position
from central.live.views import LiveEvent
from central.web.access import Access
from central.web.calls import REQUEST_ID
from central.web.languages import reads_chinese
from central.web.middleware import REQUEST_ID_HEADER
from central.web.operations import Call, StreamRoute
from protocol.errors import StorageError

LIVE_HUB: web.AppKey[LiveHub] = web.AppKey("live_hub", LiveHub)
LIVE_BEARERS: web.AppKey[Bearers] = web.AppKey("live_bearers", Bearers)
EVENT_STREAM = "text/event-stream"
LAST_EVENT_ID = "Last-Event-ID"
STALLED_S = 20.0
LOOK_AGAIN_S = 0.05
MOST_UNSENT_BYTES = 16 * 1024
MOST_SECONDS = 3_600
_log = logging.getLogger("paifang.live")


class LiveQuery(BaseModel):
    """From where on, and how long."""

    model_config = ConfigDict(extra="forbid")

    after: Annotated[
        str | None, Field(max_length=MAX_CURSOR_CHARACTERS, description="the last `id`; the header Last-Event-ID goes before it")
    ] = None
    most_seconds: Annotated[
        int | None, Field(ge=0, le=MOST_SECONDS, description="end the stream after so long; empty: it stays open")
    ] = None


@StreamRoute(
    "GET",
    "/api/v1/live",
    Access.SIGNED_IN,
    problems=(ProblemCode.TOO_MANY_REQUESTS, ProblemCode.PASSWORD_CHANGE_REQUIRED),
    media_types=(EVENT_STREAM,),
    event=LiveEvent,
)
async def read_live(call: Call[None, LiveQuery]) -> web.StreamResponse:
    """Read what changes, as it changes: one stream of server-sent events, within the caller's permissions and data scope.

    Without a position it begins now. With the last `id` it goes on after it, also after a restart and at another process: events
    are kept for 24 hours, 100,000 at most. The event `reset` says that some are lost: read again what the page shows.
    A person has at most 8 streams. A comment comes at least every 15 seconds.
    """
    app, who, credentials = call.request.app, call.principal, call.credentials
    assert credentials is not None, "a person who is signed in has a token"
    if who.must_change_password:
        raise Problem(ProblemCode.PASSWORD_CHANGE_REQUIRED, PASSWORD_FOR_ONE_USE.of())
    chinese, most_s = reads_chinese(call.request.headers), call.parameters.most_seconds
    wish = Wish(who, credentials.token, _after(call), chinese, most_s, lambda: _is_gone(call.request))
    hub, bearers = app[LIVE_HUB], app[LIVE_BEARERS]
    with hub.place(who.user_id), bearers.stream(wish.token, who):
        await hub.begin()
        response = web.StreamResponse(headers=_headers(call))
        response.enable_chunked_encoding()
        _bound(call.request)
        await response.prepare(call.request)
        async with aclosing(Listener(hub, bearers, wish).chunks()) as chunks:
            await _send(call.request, response, chunks)
    return response


def _after(call: Call[None, LiveQuery]) -> Position | None:
    said = call.request.headers.get(LAST_EVENT_ID) or call.parameters.after
    if not said:
        return None
    position = Position.parsed(said)
    if position is None:
        raise wrong_field(ProblemCode.INPUT_INVALID, "after", POSITION_UNKNOWN.of())
    return position


def _headers(call: Call[None, LiveQuery]) -> dict[str, str]:
    return {
        "Content-Type": EVENT_STREAM,
        "Cache-Control": "no-store",
        "X-Accel-Buffering": "no",
        REQUEST_ID_HEADER: call.request[REQUEST_ID],
    }


def _bound(request: web.Request) -> None:
    """Bound what the kernel holds for the connection, too: a listener that does not read is noticed the earlier."""
    connection = None if request.transport is None else request.transport.get_extra_info("socket")
    if connection is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, MOST_UNSENT_BYTES)


async def _send(request: web.Request, response: web.StreamResponse, chunks: AsyncIterator[bytes]) -> None:
    # The caller may close the connection meanwhile: then there is no one to answer.
    with suppress(ConnectionResetError):
        try:
            async for chunk in chunks:
                if not await _is_taken(request):
                    _log.info("a listener takes nothing; it is cut off", extra={"request_id": request[REQUEST_ID]})
                    return
                await response.write(chunk)
        except StorageError:
            _log.exception("a live stream ends", extra={"request_id": request[REQUEST_ID]})
        await response.write_eof()


async def _is_taken(request: web.Request) -> bool:
    """Wait until the connection has taken nearly all that was written; False, and it is cut, where that takes too long."""
    began_s = loop_s()
    # aiohttp itself waits only beyond 64 KiB.
    while (transport := request.transport) is not None and transport.get_write_buffer_size() > MOST_UNSENT_BYTES:
        if loop_s() - began_s > STALLED_S:
            transport.abort()
            return False
        await asyncio.sleep(LOOK_AGAIN_S)
    if _is_gone(request):
        raise ConnectionResetError
    return True


def _is_gone(request: web.Request) -> bool:
    return request.transport is None or request.transport.is_closing()


OPERATIONS = (read_live,)
