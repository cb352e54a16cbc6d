"""A counter with simulated devices on their wires, in a whole agent, and pages that knock at its door."""

import asyncio
import json
import secrets
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp

from edge.counter.messages import PATH
from edge.devices.drivers.escpos_printer import TcpPrinterSettings
from edge.devices.drivers.id_card_reader import IdCardSettings
from edge.devices.drivers.relay_lamps import LcusLampSettings
from edge.devices.drivers.serial_scanner import SerialScannerSettings
from edge.local_messages import Question
from edge.settings import AgentSettings, CounterSettings, DrawerSettings
from hardware_sims.id_reader import IdReader
from hardware_sims.lcus_board import LcusBoard
from hardware_sims.printer import Printer
from hardware_sims.printer_wires import TcpWire
from hardware_sims.scanner import Scanner
from hardware_sims.timers import LoopTimers
from hardware_sims.wires import PtyWire
from tests.builders.agent import Office, Rig

ORIGIN = "https://paifang.example"
LIMIT_S = 20.0


def free_port() -> int:
    """Return a port that no program has, and that no system gives out by itself."""
    while True:
        port = 20_000 + secrets.randbelow(10_000)
        with socket.socket() as found:
            if found.connect_ex(("127.0.0.1", port)):
                return port


class Page:
    """A page in a browser. `heard` is all that it was told, but for what `hear` has taken."""

    def __init__(self, web_socket: aiohttp.ClientWebSocketResponse) -> None:
        self.web_socket = web_socket
        self.heard: list[dict[str, object]] = []

    async def say(self, kind: str, **fields: object) -> None:
        await self.web_socket.send_str(json.dumps({"type": kind, **fields}))

    async def hear(self, kind: str, **fields: object) -> dict[str, object]:
        """Return the next message of this type with these fields; drop those before it."""
        async with asyncio.timeout(LIMIT_S):
            while True:
                message = await self.web_socket.receive()
                assert message.type is aiohttp.WSMsgType.TEXT, (message, self.heard)
                said = json.loads(message.data)
                self.heard.append(said)
                if said["type"] == kind and fields.items() <= said.items():
                    return dict(said)

    def transport(self) -> asyncio.Transport:
        """The connection itself, whose reading a test may stop."""
        found = self.web_socket._response.connection  # noqa: SLF001 - aiohttp has no other way to it
        assert found is not None
        assert found.transport is not None
        return found.transport

    async def until_closed(self) -> str:
        """Return the text of the closing frame."""
        async with asyncio.timeout(LIMIT_S):
            while True:
                message = await self.web_socket.receive()
                if message.type is aiohttp.WSMsgType.TEXT:
                    self.heard.append(json.loads(message.data))
                elif message.type is aiohttp.WSMsgType.CLOSE:
                    return str(message.extra)
                else:
                    return ""


class CounterRig(Rig):
    """The agent and what hangs on it."""

    def __init__(self, directory: Path, office: Office, url: str, client: aiohttp.ClientSession) -> None:
        super().__init__(directory, office, url)
        timers = LoopTimers()
        self.client = client
        self.port = free_port()
        self.wires = {
            name: PtyWire(directory / name, timers, baud=baud)
            for name, baud in (("scanner", 9600), ("cards", 115_200), ("lamps", 9600))
        }
        self.tcp = TcpWire()
        self.scanner = Scanner(self.wires["scanner"], timers)
        self.reader = IdReader(self.wires["cards"], timers)
        self.lamps = LcusBoard(self.wires["lamps"], channels=4)
        self.printer = Printer(self.tcp, timers)

    async def plug(self) -> None:
        """Plug everything in, and write the settings."""
        for wire in self.wires.values():
            wire.plug()
        await self.tcp.plug()
        counter = CounterSettings(
            port=self.port,
            origins=(ORIGIN,),
            readers=(SerialScannerSettings(driver="serial-scanner", port=str(self.directory / "scanner")),),
            card_readers=(IdCardSettings(driver="id-card", port=str(self.directory / "cards")),),
            signals=(LcusLampSettings(driver="lcus-lamps", port=str(self.directory / "lamps")),),
            drawer=DrawerSettings(pin=5),
        )
        printer = TcpPrinterSettings(driver="tcp-printer", host="127.0.0.1", port=self.tcp.port)
        self.settings = AgentSettings(data_dir=self.directory, printers=(printer,), counter=counter)

    async def unplug(self) -> None:
        for wire in self.wires.values():
            wire.unplug()
        await self.tcp.unplug()

    async def code(self) -> str:
        """A code as `paifang edge counter pair` shows it."""
        return str((await self.ask(Question.PAIR))["code"])

    @asynccontextmanager
    async def page(
        self, client: aiohttp.ClientSession | None = None, *, headers: Mapping[str, str] | None = None
    ) -> AsyncIterator[Page]:
        """A page that has said nothing yet."""
        sent = {"Origin": ORIGIN, **(headers or {})}
        connecting = (client or self.client).ws_connect(
            f"http://127.0.0.1:{self.port}{PATH}", headers=sent, max_msg_size=0, autoclose=True
        )
        async with connecting as web_socket:
            yield Page(web_socket)

    async def paired(self) -> str:
        """The token of a page that was paired."""
        async with self.page() as page:
            await page.say("pair", version=1, code=await self.code())
            return str((await page.hear("paired"))["token"])

    @asynccontextmanager
    async def holding(self, token: str) -> AsyncIterator[Page]:
        """A page that holds the devices, all of which are ready."""
        async with self.page() as page:
            await page.say("hello", version=1, token=token)
            while not all(one["state"] == "ready" for one in devices_of(await page.hear("devices"))):
                pass
            yield page


def devices_of(told: dict[str, object]) -> list[dict[str, object]]:
    devices = told["devices"]
    assert isinstance(devices, list)
    return devices
