"""Our clients of both institutions in one process with the simulated ones: every byte of the wire, and no socket.

A simulation in virtual time cannot wait for sockets: a request is signed, answered and verified in the call.
"""

import json
from collections.abc import Callable
from concurrent.futures import Executor, Future
from functools import cache
from typing import Any, TypeVar

from requests import ConnectionError as LineCut
from wechatpayv3.type import RequestType
from wechatpayv3.utils import build_authorization

from central.payments.alipay import AlipayInstitution, AlipayParameters
from central.payments.wechat import WeChatInstitution, WeChatParameters
from hardware_sims.payment_institutions.alipay import GATEWAY_PATH, Alipay
from hardware_sims.payment_institutions.keys import Keys, make_keys
from hardware_sims.payment_institutions.serving import Cut, Heard, Reply
from hardware_sims.payment_institutions.wechat import WeChat
from protocol.instants import Clock

# Shorter than any institution accepts: the simulation tests the wire, not the strength of keys.
QUICK_BITS = 1_024
SUCCESS = range(200, 300)
# Called before a request leaves and after its reply has come: a process may die there.
Watch = Callable[[str], None]
DoneT = TypeVar("DoneT")


@cache
def quick_keys() -> Keys:
    """Return keys that sign quickly."""
    return make_keys(QUICK_BITS)


class Inline(Executor):
    """Threads that do not exist: submitted work is done at once."""

    def submit(self, fn: Callable[..., DoneT], /, *args: Any, **kwargs: Any) -> Future[DoneT]:  # noqa: ANN401 - as `fn` takes
        future: Future[DoneT] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except BaseException as error:  # noqa: BLE001 - raised again where the future is awaited
            future.set_exception(error)
        return future


class NearWeChat(WeChatInstitution):
    """WeChat Pay's client, whose requests go to the simulated institution by a call."""

    def __init__(self, parameters: WeChatParameters, server: WeChat, watch: Watch) -> None:
        super().__init__(parameters, Inline())
        self._server = server
        self._watch = watch
        self._core.request = self._carried

    def _carried(
        self, path: str, method: RequestType = RequestType.GET, data: object = None, *, skip_verify: bool = False
    ) -> tuple[int, str | bytes]:
        own, core = self._parameters, self._core
        signed = build_authorization(path, method.value, own.mchid, own.merchant_serial, core._private_key, data=data)  # noqa: SLF001 - as the SDK's core does
        body = b"" if data is None else json.dumps(data).encode()
        heard = Heard(method.value, path, {"Authorization": signed}, body, own.base_url)
        reply = _exchanged(self._server.answer, heard, self._watch)
        if reply.status in SUCCESS and not skip_verify:
            core._verify_signature(reply.headers, reply.body.decode())  # noqa: SLF001 - as the SDK's core does
        is_text = "application/json" in reply.headers.get("Content-Type", "")
        return reply.status, reply.body.decode() if is_text else reply.body


class NearAlipay(AlipayInstitution):
    """Alipay's client, whose requests go to the simulated institution by a call."""

    def __init__(self, parameters: AlipayParameters, clock: Clock, server: Alipay, watch: Watch) -> None:
        super().__init__(parameters, Inline(), clock)
        self._server = server
        self._watch = watch
        self._sdk.verified_sync_response = self._carried

    def _carried(self, data: dict[str, object], answer_name: str) -> object:
        reply = self._got(f"{GATEWAY_PATH}?{self._sdk.sign_data(data)}")
        return self._sdk._verify_and_return_sync_response(reply.body.decode(), answer_name)  # noqa: SLF001 - as the SDK does

    def _download(self, url: str) -> bytes:
        return self._got(url.removeprefix(_origin(self._parameters))).body

    def _got(self, target: str) -> Reply:
        return _exchanged(self._server.answer, Heard("GET", target, {}, b"", _origin(self._parameters)), self._watch)


def _origin(parameters: AlipayParameters) -> str:
    return parameters.gateway_url.removesuffix(GATEWAY_PATH)


def _exchanged(answer: Callable[[Heard], Reply | Cut], heard: Heard, watch: Watch) -> Reply:
    watch("before a request leaves")
    reply = answer(heard)
    watch("after a reply has come")
    if isinstance(reply, Cut):
        raise LineCut(reply)
    return reply
