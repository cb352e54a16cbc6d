"""A real agent process of a gate with a million tickets: its files are made, then `paifang edge run` starts and serves."""

import asyncio
import shutil
import socket
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from edge.enrolment import write_identity
from edge.watchdog import SOCKET_VARIABLE
from protocol.holders import SITE_KEY_BYTES
from protocol.sync.messages import EnrolAnswer
from tests.bench.children import START_LIMIT_S, ChildFailed, child, environment
from tests.bench.feed import AGENT, Gate
from tests.bench.feed_server import computer_at
from tests.bench.lane_rig import BAUD, LaneRig
from tests.bench.measuring import now_s
from tests.bench.million import first_keyring
from tests.builders.feed import ENTRY_POINT, SITE

PULSE_MS = 200
POLL_S = 0.001
_DATAGRAM_BYTES = 4_096


async def make_files(directory: Path, url: str, more_devices: str = "") -> Path:
    """Enrol and download as the agent does, and return its settings file; its one lane can have more devices."""
    data = directory / "data"
    data.mkdir(mode=0o700, parents=True)
    answer = EnrolAnswer(AGENT, SITE, first_keyring(), bytes(SITE_KEY_BYTES))
    write_identity(data, url, Ed25519PrivateKey.generate(), answer)
    async with aiohttp.ClientSession() as session:
        gate = Gate(data, session, url)
        await gate.refresh_s()
        gate.trust.note_signed_time(computer_at())
        gate.close()
    settings = directory / "agent.toml"
    settings.write_text(_settings(directory, data) + more_devices, encoding="utf-8")
    return settings


@asynccontextmanager
async def running(settings: Path, rig: LaneRig) -> AsyncIterator[tuple[Process, float]]:
    """Run the agent; yield it with the seconds from its start until it said READY and its relay board was polled."""
    notified = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
    place = settings.with_name("notify.sock")
    place.unlink(missing_ok=True)
    notified.bind(str(place))
    env = environment(**{SOCKET_VARIABLE: str(place)})
    start_s = now_s()
    with notified:
        async with child("-m", "edge", "run", "--settings", str(settings), env=env) as process:
            said_s = await _ready(notified, process)
            async with asyncio.timeout(START_LIMIT_S):
                while rig.relay_wire.heard_s < start_s:  # noqa: ASYNC110 - a wire has no event to wait for
                    await asyncio.sleep(POLL_S)
            yield process, max(said_s, rig.relay_wire.heard_s) - start_s


async def _ready(notified: socket.socket, process: Process) -> float:
    loop = asyncio.get_running_loop()
    said = asyncio.ensure_future(loop.sock_recv(notified, _DATAGRAM_BYTES))
    ended = asyncio.ensure_future(process.wait())
    done, _ = await asyncio.wait((said, ended), timeout=START_LIMIT_S, return_when=asyncio.FIRST_COMPLETED)
    ready_s = now_s()
    ended.cancel()
    if said not in done or b"READY=1" not in said.result():
        said.cancel()
        raise ChildFailed("the agent ended before it was ready; its complaints stand above")
    return ready_s


def _settings(directory: Path, data: Path) -> str:
    return f"""
data_dir = "{data}"
[[lanes]]
name = "east-1"
entry = {ENTRY_POINT}
[lanes.turnstile]
port = "{directory / "relay"}"
baud = {BAUD}
pulse_ms = {PULSE_MS}
[[lanes.readers]]
driver = "serial-scanner"
port = "{directory / "scanner"}"
baud = {BAUD}
"""


def remove(directory: Path) -> None:
    """Remove the files that `make_files` made in this run or an earlier one."""
    shutil.rmtree(directory, ignore_errors=True)
