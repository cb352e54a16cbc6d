"""Real processes of Paifang for journeys: each started by its own command, ended by its own id, its output kept in a file.

Laws: a journey ends only what it started; every wait has a limit and says what it waited for.
"""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

ROOT = Path(__file__).resolve().parents[2]
WAIT_S = 30.0
_POLL_S = 0.02
_STOP_S = 10.0
_LINE_BYTES = 1024 * 1024
T = TypeVar("T")


class JourneyFailed(Exception):
    """An expected event of the story did not happen."""


async def until(what: str, look: Callable[[], Awaitable[T | None]], limit_s: float = WAIT_S) -> T:
    """Repeat the look until it returns a value; raise JourneyFailed after the limit."""
    try:
        async with asyncio.timeout(limit_s):
            while True:
                found = await look()
                if found:
                    return found
                await asyncio.sleep(_POLL_S)
    except TimeoutError as error:
        raise JourneyFailed(f"waited {limit_s:.0f} s in vain for: {what}") from error


class Program:
    """One process of ours. `log` holds its output."""

    def __init__(self, name: str, arguments: list[str], log: Path, environment: Mapping[str, str] | None = None) -> None:
        self.name = name
        self.log = log
        self._arguments = arguments
        self._environment = dict(environment or {})
        self._process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None, f"{self.name} runs"
        return self._process.pid

    @property
    def runs(self) -> bool:
        return self._process is not None and self._process.returncode is None

    async def start(self) -> None:
        """Start it; its output is appended to the log."""
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", **self._environment}
        with self.log.open("ab") as output:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, *self._arguments, stdout=output, stderr=output, stdin=asyncio.subprocess.DEVNULL, env=environment
            )

    async def kill(self) -> None:
        """Kill it, as a power cut does."""
        assert self._process is not None, f"{self.name} runs"
        self._process.send_signal(signal.SIGKILL)
        await self._process.wait()

    async def stop(self) -> None:
        """Ask it to end, and kill it after some time."""
        if self._process is None or self._process.returncode is not None:
            return
        self._process.terminate()
        try:
            async with asyncio.timeout(_STOP_S):
                await self._process.wait()
        except TimeoutError:
            await self.kill()

    def printed(self) -> str:
        """Return its output since its first start."""
        return self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""


async def run_once(arguments: list[str], environment: Mapping[str, str] | None = None) -> str:
    """Run a command to its end and return its output; raise JourneyFailed where it fails."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *arguments,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        stdin=asyncio.subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": str(ROOT), **(environment or {})},
    )
    async with asyncio.timeout(WAIT_S):
        output, _ = await process.communicate()
    if process.returncode != 0:
        raise JourneyFailed(f"{' '.join(arguments)} ended with {process.returncode}: {output.decode(errors='replace').strip()}")
    return output.decode()


async def tell(control: Path, do: str, arguments: Mapping[str, object]) -> dict[str, Any]:
    """Send one command to a simulator's control socket and return the answer; raise JourneyFailed where it refuses."""
    reader, writer = await asyncio.open_unix_connection(control, limit=_LINE_BYTES)
    writer.write(json.dumps({"do": do, **arguments}).encode() + b"\n")
    async with asyncio.timeout(WAIT_S):
        answer: dict[str, Any] = json.loads(await reader.readline())
    writer.close()
    if not answer.get("ok"):
        raise JourneyFailed(f"the simulator {control.parent.name} says: {answer}")
    return answer


class Cable:
    """The network between a gate and central, as a TCP relay that can be cut."""

    def __init__(self, target_port: int, tap: Callable[[str, bytes], None] | None = None) -> None:
        """Take central's port, and the listener for each piece that goes "to central" or "from central"."""
        self._target_port = target_port
        self._tap = tap or (lambda _way, _data: None)
        self._server: asyncio.Server | None = None
        self._connected: set[asyncio.StreamWriter] = set()
        self._is_cut = False
        self.port = 0

    async def plug(self) -> None:
        """Listen on a free port of loopback."""
        self._server = await asyncio.start_server(self._relay, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    def cut(self) -> None:
        """Break every connection and refuse new ones."""
        self._is_cut = True
        for writer in tuple(self._connected):
            writer.transport.abort()

    def mend(self) -> None:
        """Let connections through again."""
        self._is_cut = False

    async def unplug(self) -> None:
        """Stop listening."""
        self.cut()
        if self._server is not None:
            self._server.close()

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._is_cut:
            writer.transport.abort()
            return
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target_port)
        except OSError:
            writer.transport.abort()
            return
        self._connected |= {writer, far_writer}
        await asyncio.gather(self._copy("to central", reader, far_writer), self._copy("from central", far_reader, writer))
        self._connected -= {writer, far_writer}

    async def _copy(self, way: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(65_536):
                self._tap(way, data)
                writer.write(data)
                await writer.drain()
        writer.close()
