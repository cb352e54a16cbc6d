"""A whole town on one machine: central, gates with agents, simulated lanes, and a network that can be cut.

Laws: each part runs as an operator runs it, by the `paifang` command, in a separate process.
"""

import asyncio
import re
import secrets
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import aiohttp

from edge.local.server import ask_local
from edge.local_messages import Question, Request
from protocol.errors import PaifangError
from tests.journeys.bank import Bank
from tests.journeys.lanes import LaneControl, start_lanes
from tests.journeys.office import Json, Office
from tests.journeys.processes import Cable, Program, run_once, until

Tap = Callable[[str, bytes], None]
_PASSWORD = re.compile(r"one-time password (\S+);")
# The limit for the start of a process on a busy machine.
START_S = 90.0
_ADDRESS = re.compile(r"ready: http://[\w.]+:(\d+)")


@dataclass
class Gate:
    """A gate's computer with its lane, behind its own cable."""

    name: str
    directory: Path
    lane: LaneControl
    cable: Cable
    program: Program
    entry: int
    exit: int | None

    async def ask(self, question: Question, ticket: str = "") -> Json:
        """Ask the agent on its local socket."""
        return dict(await ask_local(self.directory / "agent.sock", Request(question, ticket)))

    async def serves(self) -> bool:
        """Whether the agent runs with all its devices ready."""
        try:
            status = await self.ask(Question.STATUS)
        except PaifangError:
            return False
        return bool(status["devices"]) and all(device["state"] == "ready" for device in status["devices"])

    async def is_current(self) -> bool:
        """Whether it holds a fresh feed, and central has acknowledged its whole journal."""
        try:
            status = await self.ask(Question.STATUS)
        except PaifangError:
            return False
        fresh = status["feed"]["freshness"] == "live" and status["feed"]["version"] > 0
        return bool(fresh and status["journal"]["unsent"] == 0 and status["central"] == "online")

    async def knows(self, ticket_id: str) -> bool:
        """Whether the gate's cache holds a ticket with central's present record."""
        return (await self.ask(Question.TICKET, str(int(ticket_id, 16))))["record"] is not None

    async def is_idle(self) -> bool:
        """Whether no release is open."""
        return not any(lane["busy"] for lane in (await self.ask(Question.STATUS))["lanes"])

    async def refusals(self) -> int:
        """Return how many showings were refused since the agent started."""
        return sum(lane["refused"] for lane in (await self.ask(Question.STATUS))["lanes"])

    async def start(self) -> None:
        """Start the agent and wait until visitors are served."""
        await self.program.start()
        await until(f"{self.name} to serve", self.serves, START_S)


class Town:
    """Central and its gates, and payment institutions once the story starts them.

    Use as an asynchronous context; everything ends with it.
    """

    def __init__(self, directory: Path, port: int = 0) -> None:
        self.directory = directory
        self._port = port
        self.central = Program("central", ["-m", "paifang", "central", "serve"], directory / "central.log", self._environment())
        self.bank = Bank(directory / "bank")
        self.gates: list[Gate] = []
        self.password = ""
        self.base_url = ""
        self._lanes: Program | None = None
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        """Start central, empty."""
        await asyncio.to_thread(shutil.rmtree, self.directory, ignore_errors=True)
        await asyncio.to_thread(self.directory.mkdir, parents=True)
        try:
            await self._open()
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def _open(self) -> None:
        await self.central.start()
        self.password = await until("central's one-time password", self._printed_password, START_S)
        self._port = int(await until("central's address", self._printed_port, START_S))
        self.base_url = f"http://127.0.0.1:{self._port}"
        self._session = aiohttp.ClientSession()

    async def __aexit__(self, *_: object) -> None:
        """End everything, gates first."""
        for gate in self.gates:
            await gate.program.stop()
            await gate.cable.unplug()
        if self._lanes is not None:
            await self._lanes.stop()
        await self.central.stop()
        await self.bank.stop()
        if self._session is not None:
            await self._session.close()

    def office(self) -> Office:
        """Return a seller's window, not signed in yet."""
        assert self._session is not None, "the town is open"
        return Office(self._session, self.base_url)

    async def add_gates(self, office: Office, site: int, points: list[tuple[str, int, int | None]]) -> None:
        """Wire lanes, enrol an agent for each, and start them: (name, entry check point, exit check point)."""
        directories = [self.directory / f"lane-{number}" for number, _ in enumerate(points, 1)]
        self._lanes, controls = await start_lanes(directories, self.directory / "lanes.log")
        for (name, entry, leave), lane in zip(points, controls, strict=True):
            await self.add_gate(office, site, name, lane, (entry, leave))
        for gate in self.gates:
            await gate.start()

    async def add_gate(
        self, office: Office, site: int, name: str, lane: LaneControl, points: tuple[int, int | None], tap: Tap | None = None
    ) -> Gate:
        """Enrol an agent for a lane, its settings written; it is not started yet."""
        cable = Cable(self._port, tap)
        await cable.plug()
        directory = self.directory / name.replace(" ", "-")
        directory.mkdir()
        settings = directory / "agent.toml"
        settings.write_text(_settings(directory, lane, points), encoding="utf-8")
        hosted = [point for point in points if point is not None]
        code = await office.enrolment_code(site, hosted)
        arguments = ["-m", "paifang", "edge", "enroll", "--central", f"http://127.0.0.1:{cable.port}", "--code", code]
        await run_once([*arguments, "--settings", str(settings), "--name", name])
        program = Program(name, ["-m", "paifang", "edge", "run", "--settings", str(settings)], directory / "agent.log")
        self.gates.append(Gate(name, directory, lane, cable, program, *points))
        return self.gates[-1]

    def _environment(self) -> dict[str, str]:
        return {
            "PAIFANG_DATA_DIR": str(self.directory / "central"),
            "PAIFANG_LISTEN_PORT": str(self._port),
            "PAIFANG_ROOT_PASSPHRASE": secrets.token_hex(8),
        }

    async def _answers(self) -> bool:
        assert self._session is not None, "the town is open"
        try:
            async with self._session.get(self.base_url):
                return True
        except aiohttp.ClientError:
            return False

    async def _printed_password(self) -> str | None:
        found = _PASSWORD.search(self.central.printed())
        return found and found.group(1)

    async def _printed_port(self) -> str | None:
        found = _ADDRESS.search(self.central.printed())
        return found and found.group(1)


def _settings(directory: Path, lane: LaneControl, points: tuple[int, int | None]) -> str:
    entry, leave = points
    lines = [f'data_dir = "{directory}"', "", "[[lanes]]", f'name = "{lane.directory.name}"', f"entry = {entry}"]
    if leave is not None:
        lines.append(f"exit = {leave}")
    lines += [
        "[lanes.turnstile]",
        f'port = "{lane.directory / "relay"}"',
        "baud = 115200",
        "[[lanes.readers]]",
        'driver = "serial-scanner"',
        f'port = "{lane.directory / "scanner"}"',
        "baud = 115200",
    ]
    if lane.camera_url():
        lines += ["[[lanes.readers]]", 'driver = "camera"', f'source = "{lane.camera_url()}"']
        lines += [f'direction = "{"entry" if leave is None else "exit"}"']
    return "\n".join(lines) + "\n"
