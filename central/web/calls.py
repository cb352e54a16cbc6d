"""What the web tells listeners of each call of the API.

Law: a listener only takes note; no request waits for it or fails because of it.
"""

import asyncio
import traceback
from typing import Protocol

from aiohttp import web

from central.domain.calls import CURRENT_REQUEST, Called, Failed
from protocol.instants import MS_PER_SECOND

REQUEST_ID: web.RequestKey[str] = web.RequestKey("request_id", str)
OPERATION_ID: web.RequestKey[str] = web.RequestKey("operation_id", str)
CALLER: web.RequestKey[int] = web.RequestKey("caller", int)


class CallListener(Protocol):
    """Told of every call and every fault."""

    def called(self, call: Called) -> None:
        """Take note of a call that was answered."""
        ...

    def failed(self, fault: Failed) -> None:
        """Take note of a fault."""
        ...


class Traffic(Protocol):
    """Told of every request, also of one whose caller left before the answer."""

    def begun(self) -> None:
        """Take note of a request that has come."""
        ...

    def ended(self, operation_id: str, status: int | None, duration_s: float) -> None:
        """Take note of its end; `operation_id` is empty where no route matched, `status` None where the caller has left."""
        ...


CALL_LISTENER: web.AppKey[CallListener] = web.AppKey("call_listener")
TRAFFIC: web.AppKey[Traffic] = web.AppKey("traffic")


def begin(request: web.Request, request_id: str) -> float:
    """Name a request, for all that its task does; return when it began, by the loop's clock."""
    request[REQUEST_ID] = request_id
    CURRENT_REQUEST.set(request_id)
    traffic = request.app.get(TRAFFIC)
    if traffic is not None:
        traffic.begun()
    return asyncio.get_running_loop().time()


def leave(request: web.Request, response: web.StreamResponse | None, begun_s: float) -> None:
    """Tell the traffic that a request is over; without a response its caller has left."""
    traffic = request.app.get(TRAFFIC)
    if traffic is not None:
        duration_s = asyncio.get_running_loop().time() - begun_s
        traffic.ended(request.get(OPERATION_ID, ""), None if response is None else response.status, duration_s)


def end(request: web.Request, response: web.StreamResponse, begun_s: float) -> None:
    """Tell the listeners that a request was answered."""
    listener = request.app.get(CALL_LISTENER)
    if listener is None:
        return
    duration_ms = int((asyncio.get_running_loop().time() - begun_s) * MS_PER_SECOND)
    operation, caller, source = request.get(OPERATION_ID, ""), request.get(CALLER), request.remote or ""
    listener.called(Called(request[REQUEST_ID], operation, request.method, caller, response.status, duration_ms, source))


def fault(request: web.Request, error: Exception) -> None:
    """Tell the listeners of a fault of ours."""
    listener = request.app.get(CALL_LISTENER)
    if listener is not None:
        listener.failed(Failed(request[REQUEST_ID], type(error).__name__, "".join(traceback.format_exception(error))))
