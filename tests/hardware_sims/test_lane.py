"""A whole lane in its own loop, controlled through its control socket and driven through its wires."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import serial

from hardware_sims.lane import Lane, LaneSetup
from hardware_sims.lane_control import listen

pytestmark = pytest.mark.real_time

WAIT_S = 30.0
FLASH_ENTRY = bytes.fromhex("0105020000078DB0")
READ_INPUTS = bytes.fromhex("01020000000879CC")


class Remote:
    """A client of a lane's control socket."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def do(self, **command: object) -> dict[str, Any]:
        return await self.send(json.dumps(command).encode())

    async def send(self, line: bytes) -> dict[str, Any]:
        self._writer.write(line + b"\n")
        answer: dict[str, Any] = json.loads(await asyncio.wait_for(self._reader.readline(), WAIT_S))
        return answer

    def close(self) -> None:
        self._writer.close()


async def connect(path: Path) -> Remote:
    return Remote(*await asyncio.open_unix_connection(path))


@pytest.fixture
async def lane(tmp_path: Path) -> AsyncIterator[Lane]:
    lane = Lane(tmp_path / "lane", LaneSetup(paced=False, seed=3))
    await lane.plug()
    yield lane
    await lane.unplug()


@pytest.fixture
async def remote(lane: Lane) -> AsyncIterator[Remote]:
    server = await listen(lane, lane.directory / "control")
    remote = await connect(lane.directory / "control")
    yield remote
    remote.close()
    server.close()


def relay_port(lane: Lane) -> serial.Serial:
    return serial.Serial(str(lane.directory / "relay"), 9600, timeout=WAIT_S)


async def ask(port: serial.Serial, request: bytes, reply_bytes: int) -> bytes:
    port.write(request)
    reply: bytes = await asyncio.to_thread(port.read, reply_bytes)
    return reply


@pytest.mark.parametrize(("push", "passages"), [(True, 1), (False, 0)])
async def test_a_visit_waits_for_the_arm_that_a_relay_frees(
    lane: Lane,
    remote: Remote,
    push: bool,  # noqa: FBT001 - a table's column
    passages: int,
) -> None:
    visiting = asyncio.create_task(remote.do(do="visit", code="PF1ABC", push=push, patience_s=WAIT_S))
    with serial.Serial(str(lane.directory / "scanner"), 9600, timeout=WAIT_S) as scanner, relay_port(lane) as relay:
        assert await asyncio.to_thread(scanner.read_until, b"\r") == b"PF1ABC\r"
        assert await ask(relay, FLASH_ENTRY, 8) == FLASH_ENTRY
        assert await visiting == {"ok": True, "released": True, "passed": push}
        inputs = await ask(relay, READ_INPUTS, 6)
    assert inputs[3] == 0b100 + passages
    other = await connect(lane.directory / "control")
    state = await other.do(do="state")
    other.close()
    assert state["releases"] == {"entry": 1, "exit": 0}
    assert state["passages"] == {"entry": passages, "exit": 0}
    assert state["coils"][0]
    assert [movement["motion"] for movement in state["history"]] == ["released"] + ["passed"] * passages
    assert (await remote.do(do="state", since=1))["history"] == state["history"][1:]


async def test_a_visit_that_is_not_let_in_ends_with_patience(lane: Lane, remote: Remote) -> None:
    answer = await remote.do(do="visit", code="PF1ABC", patience_s=0.01)
    assert answer == {"ok": True, "released": False, "passed": False}
    assert lane.scanner.reads == 1


async def test_bodies_fire_and_contacts_are_steered(lane: Lane, remote: Remote) -> None:
    assert await remote.do(do="push", direction="entry") == {"ok": True, "passed": False}
    await remote.do(do="fire", on=True)
    assert await remote.do(do="push", direction="exit") == {"ok": True, "passed": True}
    assert (await remote.do(do="tailgate"))["passed"]
    assert (await remote.do(do="reverse"))["passed"]
    for do in ("force", "glitch"):
        assert await remote.do(do=do, direction="entry") == {"ok": True}
    await remote.do(do="weld", direction="exit", on=True)
    await remote.do(do="stick", channel=1, closed=True)
    await remote.do(do="occupy", on=True)
    state = await remote.do(do="state")
    assert state["arm"] == {"entry": "open", "exit": "open"}
    assert state["fire"] is True
    assert state["contacts"][1] is True
    await remote.do(do="board_power", on=False)
    await remote.do(do="turnstile_power", on=False)
    assert lane.turnstile.history[-1].motion == "power_off"


@pytest.mark.parametrize("device", ["relay", "scanner", "camera"])
async def test_cables_are_pulled_and_put_back(remote: Remote, device: str) -> None:
    assert await remote.do(do="unplug", device=device) == {"ok": True}
    assert (await remote.do(do="state"))["plugged"][device] is False
    assert await remote.do(do="replug", device=device) == {"ok": True}
    assert (await remote.do(do="state"))["plugged"][device] is True


@pytest.mark.parametrize(
    ("device", "fault"),
    [("relay", "ack_without_switch"), ("scanner", "double_read"), ("camera", "black_frame")],
)
async def test_faults_are_switched(lane: Lane, remote: Remote, device: str, fault: str) -> None:
    faults = {"relay": lane.board.faults, "scanner": lane.scanner.faults, "camera": lane.camera.faults}[device]
    assert await remote.do(do="fault", device=device, fault=fault) == {"ok": True}
    assert faults == {fault}
    assert await remote.do(do="fault", device=device, fault=fault, on=False) == {"ok": True}
    assert faults == set()


async def test_a_line_fault_reaches_the_wire_and_ends_after_its_replies(lane: Lane, remote: Remote) -> None:
    await remote.do(do="fault", device="relay", fault="duplicate_reply", replies=1)
    with relay_port(lane) as relay:
        reply = await ask(relay, READ_INPUTS, 12)
        assert reply[:6] == reply[6:]
        assert await ask(relay, READ_INPUTS, 6) == reply[:6]


async def test_the_camera_is_steered(lane: Lane, remote: Remote) -> None:
    assert await remote.do(do="camera_show", code="PF1ABC", second="PF1DEF") == {"ok": True}
    assert await remote.do(do="camera_clear") == {"ok": True}
    assert await remote.do(do="camera_disconnect") == {"ok": True}
    assert (lane.directory / "camera.url").read_text() == lane.camera.url + "\n"


@pytest.mark.parametrize("do", ["clear", "board_reset", "scanner_factory_reset", "scanner_power_cycle"])
async def test_simple_commands(remote: Remote, do: str) -> None:
    assert await remote.do(do=do) == {"ok": True}


async def test_codes_come_as_text_or_hexadecimal_and_may_end_by_themselves(lane: Lane, remote: Remote) -> None:
    with serial.Serial(str(lane.directory / "scanner"), 9600, timeout=WAIT_S) as scanner:
        await remote.do(do="show", code_hex="beb0c7f8", for_s=0.001)
        assert await asyncio.to_thread(scanner.read_until, b"\r") == "景区\r".encode("gbk")
        await remote.do(do="show", code="景区")
        assert await asyncio.to_thread(scanner.read_until, b"\r") == "景区\r".encode()


@pytest.mark.parametrize(
    ("line", "named"),
    [
        (b"nonsense", "Invalid JSON"),
        (b"{}", "do"),
        (b'{"do": "explode"}', "explode"),
        (b'{"do": "push", "direction": "up"}', "direction"),
        (b'{"do": "show"}', "code"),
        (b'{"do": "show", "code": ""}', "empty"),
        (b'{"do": "show", "code": "A", "code_hex": "41"}', "either"),
        (b'{"do": "show", "code_hex": "4"}', "hexadecimal"),
        (b'{"do": "fire", "on": true, "colour": "red"}', "colour"),
        (b'{"do": "stick", "channel": 8, "closed": true}', "channel"),
        (b'{"do": "fault", "device": "camera", "fault": "silent"}', "the camera has no fault silent"),
        (b'{"do": "fault", "device": "scanner", "fault": "wrong_unit"}', "the scanner has no fault wrong_unit"),
        (b'{"do": "fault", "device": "relay", "fault": "wrong_unit", "replies": 1}', "no replies to count"),
        (b'{"do": "camera_show", "code": "' + b"A" * 2332 + b'"}', "2331"),
        (b'{"do": "show", "code": "' + b"A" * 4297 + b'"}', "4296"),
    ],
)
async def test_bad_commands_are_refused_by_name_and_the_channel_lives(remote: Remote, line: bytes, named: str) -> None:
    answer = await remote.send(line)
    assert answer["ok"] is False
    assert named in answer["error"]
    assert (await remote.do(do="state"))["history"] == []


async def test_a_stale_socket_is_replaced(lane: Lane) -> None:
    (lane.directory / "control").write_text("left over")
    server = await listen(lane, lane.directory / "control")
    remote = await connect(lane.directory / "control")
    assert (await remote.do(do="state"))["ok"]
    remote.close()
    server.close()


def present(lanes: list[dict[str, str]]) -> list[str]:
    return [place for lane in lanes for place in ("control", "relay", "scanner") if Path(lane[place]).exists()]


@pytest.mark.journey
async def test_the_command_starts_lanes_in_a_process_and_ends_on_sigterm(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-W", "error", "-m", "hardware_sims", "lane"),
        *("--dir", str(tmp_path / "a"), "--dir", str(tmp_path / "b")),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd=Path(__file__).parents[2],
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    assert process.stdout is not None
    ready = json.loads(await asyncio.wait_for(process.stdout.readline(), 30))["ready"]
    assert present(ready) == ["control", "relay", "scanner"] * 2
    for places in ready:
        remote = await connect(Path(places["control"]))
        assert (await remote.do(do="state"))["ok"]
        remote.close()
    process.send_signal(signal.SIGTERM)
    _, errors = await asyncio.wait_for(process.communicate(), WAIT_S)
    assert (process.returncode, errors) == (0, b"")
    assert present(ready) == []
