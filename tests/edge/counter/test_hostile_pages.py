"""Who gets no WebSocket, and what becomes of a page that means harm: its own connection ends, and the counter goes on."""

import asyncio
import json
import socket
from contextlib import AsyncExitStack, suppress

import aiohttp
import pytest
from structlog.testing import capture_logs

from edge.counter import server
from edge.counter.messages import MAX_MESSAGE_BYTES, PATH
from edge.local_messages import Question
from protocol.errors import InputError
from tests.builders.agent import until
from tests.builders.counter import ORIGIN, CounterRig

pytestmark = pytest.mark.real_time


async def goes_on(rig: CounterRig, token: str) -> None:
    """The counter serves its page."""
    rig.scanner.clear()
    async with rig.holding(token) as page:
        rig.scanner.show(b"PF1STILL")
        await page.hear("scan", text="PF1STILL")
        rig.scanner.clear()


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://paifang.example"},
        {"Origin": f"{ORIGIN}.evil.example"},
        {"Host": "evil.example"},
        {"Host": "paifang.example:17431"},
    ],
    ids=str,
)
async def test_another_origin_or_name_gets_no_web_socket(rig: CounterRig, token: str, headers: dict[str, str]) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        async with rig.page(headers=headers):
            pass
    assert refused.value.status == 403
    await goes_on(rig, token)


async def test_without_an_origin_or_a_web_socket_there_is_nothing(rig: CounterRig) -> None:
    at = f"http://127.0.0.1:{rig.port}"
    async with rig.client.get(at + PATH) as answer:
        assert answer.status == 403
    async with rig.client.get(at + PATH, headers={"Origin": ORIGIN}) as answer:
        assert answer.status == 426
    async with rig.client.get(at + "/", headers={"Origin": ORIGIN}) as answer:
        assert answer.status == 404
        assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"type": "hello", "version": 1, "token": "wrong"}, "not-paired"),
        ({"type": "hello", "version": 1, "token": ""}, "not-paired"),
        ({"type": "hello", "version": 99, "token": "wrong"}, "version"),
        ({"type": "open_drawer", "id": "1"}, "not-paired"),
        ({"type": "pair", "version": 1, "code": "12345678"}, "code"),
        ({"type": "nonsense"}, "malformed"),
    ],
)
async def test_a_page_that_is_not_paired_is_told_why_and_orders_nothing(
    rig: CounterRig, token: str, said: dict[str, object], reason: str
) -> None:
    async with rig.page() as page:
        await page.web_socket.send_str(json.dumps(said))
        assert await page.until_closed() == reason
        assert page.heard == [{"type": "refused", "reason": reason}]
    assert rig.printer.pulses == []
    await goes_on(rig, token)


async def test_a_code_pairs_one_page_and_guesses_end_it(rig: CounterRig) -> None:
    code = await rig.code()
    async with rig.page() as page:
        await page.say("pair", version=1, code=code)
        await page.hear("paired")
    async with rig.page() as page:
        await page.say("pair", version=1, code=code)
        assert await page.until_closed() == "code"
    code = await rig.code()
    for guess in range(5):
        async with rig.page() as page:
            await page.say("pair", version=1, code=f"guess{guess}")
            assert await page.until_closed() == "code"
    async with rig.page() as page:
        await page.say("pair", version=1, code=code)
        assert await page.until_closed() == "code"


async def test_unpairing_ends_the_page_and_its_token(rig: CounterRig, token: str) -> None:
    async with rig.holding(token) as page:
        assert await rig.ask(Question.UNPAIR) == {"paired": 0}
        assert await page.until_closed() == "unpaired"
    async with rig.page() as page:
        await page.say("hello", version=1, token=token)
        assert await page.until_closed() == "not-paired"


async def test_a_flood_ends_its_page(rig: CounterRig, token: str) -> None:
    async with rig.holding(token) as page:
        for _ in range(1_000):
            if page.web_socket.closed:
                break
            try:
                await page.say("lamps", sign="stop")
            except ConnectionError:
                break
        assert await page.until_closed() == "too-fast"
    await goes_on(rig, token)


@pytest.mark.parametrize("binary", [False, True])
async def test_an_oversized_message_ends_its_page(rig: CounterRig, token: str, *, binary: bool) -> None:
    async with rig.holding(token) as page:
        if binary:
            await page.web_socket.send_bytes(b"\0" * 100)
        else:
            await page.web_socket.send_str("x" * (MAX_MESSAGE_BYTES + 1))
        await page.until_closed()
    await goes_on(rig, token)


def narrow(address: aiohttp.AddrInfoType) -> socket.socket:
    """A socket that takes little before its program reads."""
    made = socket.socket(address[0], address[1], address[2])
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    return made


async def test_a_page_that_does_not_read_is_cut_off_and_delays_no_device(
    rig: CounterRig, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "SEND_WITHIN_S", 0.3)
    monkeypatch.setattr(server, "MAX_WAITING", 16)
    cut_off = {"event": "a page was cut off", "why": "too-slow", "log_level": "warning"}
    connector = aiohttp.TCPConnector(socket_factory=narrow)
    with capture_logs() as logged:
        async with aiohttp.ClientSession(connector=connector) as client, rig.page(client) as page:
            await page.say("hello", version=1, token=token)
            await page.hear("devices")
            transport = page.transport()
            transport.pause_reading()
            showing = asyncio.create_task(show_many(rig))
            await until(lambda: cut_off in logged)
            showing.cancel()
            transport.resume_reading()
            assert await page.until_closed() == ""
    await goes_on(rig, token)


async def show_many(rig: CounterRig) -> None:
    for number in range(10_000):
        rig.scanner.show(b"%04d" % number + b"x" * 4_000)
        await asyncio.sleep(0.002)


async def test_a_page_that_says_nothing_is_let_go(rig: CounterRig, token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "HELLO_WITHIN_S", 0.1)
    async with rig.page() as page:
        assert await page.until_closed() == ""
        assert page.heard == []
    await goes_on(rig, token)


async def test_a_page_whose_computer_hangs_is_let_go(rig: CounterRig, token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "HEARTBEAT_S", 0.2)
    sent = {"Origin": ORIGIN}
    at = f"http://127.0.0.1:{rig.port}{PATH}"
    async with rig.client.ws_connect(at, headers=sent, autoping=False) as silent:
        await silent.send_str(json.dumps({"type": "hello", "version": 1, "token": token}))
        async with asyncio.timeout(10):
            while (await silent.receive()).type not in (aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.CLOSE):
                pass
    await goes_on(rig, token)


async def test_half_open_connections_are_bounded_and_let_go(rig: CounterRig, token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "HELLO_WITHIN_S", 0.3)
    silent = [await asyncio.open_connection("127.0.0.1", rig.port) for _ in range(server.MAX_SOCKETS + 8)]
    asked = await asyncio.open_connection("127.0.0.1", rig.port)
    assert (await rig.ask(Question.STATUS))["fault"] == ""
    async with asyncio.timeout(10):
        for reader, writer in (*silent, asked):
            with suppress(ConnectionError):
                assert await reader.read() == b""
            writer.close()
    await goes_on(rig, token)


async def test_a_page_that_was_let_in_stays(rig: CounterRig, token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "HELLO_WITHIN_S", 0.1)
    async with rig.holding(token) as page:
        await asyncio.sleep(0.3)
        rig.scanner.show(b"PF1LATER")
        await page.hear("scan", text="PF1LATER")


async def test_more_pages_than_eight_are_refused(rig: CounterRig, token: str) -> None:
    async with AsyncExitStack() as pages:
        for _ in range(server.MAX_OPEN_PAGES):
            await pages.enter_async_context(rig.page())
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            async with rig.page():
                pass
        assert refused.value.status == 503
    await goes_on(rig, token)


async def test_a_port_that_is_taken_ends_no_agent(rig: CounterRig, token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "LISTEN_AGAIN_S", 0.05)
    await rig.stop()
    thief = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", rig.port)
    await rig.start()
    assert (await rig.ask(Question.STATUS))["fault"] == ""
    thief.close()
    await thief.wait_closed()
    async with asyncio.timeout(10):
        while True:
            try:
                await goes_on(rig, token)
            except aiohttp.ClientError:
                await asyncio.sleep(0.05)
            else:
                return


async def test_an_agent_without_a_counter_pairs_no_page(rig: CounterRig) -> None:
    await rig.stop()
    rig.settings = rig.settings.model_copy(update={"counter": None})
    await rig.start()
    with pytest.raises(InputError, match=r"\[counter\]"):
        await rig.ask(Question.PAIR)
