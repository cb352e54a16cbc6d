"""A serial scanner of the GM65 family: the agent sets it up, and verifies the set-up for as long as it serves it.

Laws: at each opening the driver writes, saves and reads back the set-up; it closes set-up codes, so that no visitor changes a
scanner by showing one; while codes come, it reads the set-up every few seconds and, where it changed, sets the scanner up again.
"""

import asyncio
from collections.abc import Callable
from typing import ClassVar, Literal

from edge.devices.driver_api import CodeReaderDriver, Sheet, Surroundings
from edge.devices.drivers.serial_scanner import SerialScanner, SerialScannerSettings
from edge.devices.framing import gm65
from edge.devices.framing.gm65 import NO_SETUP_CODES, ReplyDecoder, Wish
from edge.devices.ports import DeviceFault, HealthLine
from edge.devices.transports.serial_port import SerialPort

REPLY_LIMIT_S = 0.3
TRIES = 3
LOOK_PERIOD_S = 5.0


class Gm65Settings(SerialScannerSettings):
    """A scanner of the GM65 family. `model` names the map of its zones."""

    sheet: ClassVar[Sheet] = Sheet(
        device="Grow GM65 and GM65-S scan engines",
        protocol="Codes as lines; 7E set-up frames with CRC-16/XMODEM on the same line, 9,600 to 115,200 baud 8N1",
        verified=(
            "The frames of the manual, their checksums computed again.",
            "The simulated engine, under every fault of the line and of the scanner, set-up codes and factory reset among them.",
        ),
        limits=(
            "Zones are those of the GM65; GM805, GM812 and GM861 have other maps and are served by serial-scanner.",
            "The GM67 speaks another protocol.",
        ),
    )
    model: Literal["gm65"] = "gm65"

    def make(self, around: Surroundings) -> CodeReaderDriver:
        """Return the driver."""
        return Gm65Scanner(around, self)


class Gm65Scanner(SerialScanner):
    """A `SerialScanner` that keeps its engine set up."""

    def __init__(self, around: Surroundings, wired: Gm65Settings, look_period_s: float = LOOK_PERIOD_S) -> None:
        super().__init__(around.name, wired.port, wired.baud, around.clock, around.make_way)
        self._wishes = gm65.MODELS[wired.model]
        self._look_period_s = look_period_s
        self._replies = ReplyDecoder()
        self._told: asyncio.Queue[int] = asyncio.Queue()

    async def _serve(self, port: SerialPort, health: HealthLine) -> None:
        """Set the engine up, then read codes and check the set-up at the same time; where one fails, both end."""
        await self._set_up(port)
        self._told = asyncio.Queue()
        tasks = [asyncio.create_task(super()._serve(port, health)), asyncio.create_task(self._look_after(port))]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _heard(self, data: bytes) -> None:
        for told in self._replies.feed(data):
            self._told.put_nowait(told)

    async def _set_up(self, port: SerialPort) -> None:
        changed = False
        for wish in self._wishes:
            value = await self._read(port, wish)
            if not wish.holds(value):
                await self._ask(port, gm65.write_zone(wish.zone, wish.granted(value)))
                changed = True
        if not changed:
            return
        await self._ask(port, gm65.save())
        for wish in self._wishes:
            if not wish.holds(await self._read(port, wish)):
                raise DeviceFault(f"{self.name}: the scanner does not take its set-up ({wish.what}); check its model")

    async def _read(self, port: SerialPort, wish: Wish) -> int:
        return await self._ask(port, gm65.read_zone(wish.zone))

    async def _ask(self, port: SerialPort, frame: bytes) -> int:
        """Return the byte of the engine's reply; no other task may read the line meanwhile."""
        for _ in range(TRIES):
            told = await port.ask(frame, _first_reply(), REPLY_LIMIT_S)
            if told is not None:
                return told
        raise DeviceFault(f"{self.name}: the scanner does not answer to set-up frames; check its model, baud and both data wires")

    async def _look_after(self, port: SerialPort) -> None:
        missed = 0
        while missed < TRIES:
            await asyncio.sleep(self._look_period_s)
            while not self._told.empty():
                self._told.get_nowait()
            port.write(gm65.read_zone(NO_SETUP_CODES.zone))
            try:
                async with asyncio.timeout(REPLY_LIMIT_S):
                    value = await self._told.get()
            except TimeoutError:
                missed += 1
                continue
            missed = 0
            if not NO_SETUP_CODES.holds(value):
                raise DeviceFault(f"{self.name}: the scanner lost its set-up and is set up again; look who shows it set-up codes")
        raise DeviceFault(f"{self.name}: the scanner is silent; check its power and cable")


def _first_reply() -> Callable[[bytes], int | None]:
    replies = ReplyDecoder()
    return lambda data: next(iter(replies.feed(data)), None)
