"""A scanner that sends codes over a serial line (the GM65 family, and any other that ends its codes with CR, LF or silence).

Laws: the driver yields a code the moment its end has arrived; it yields one showing once; it logs a line that is no code by its
length, never by its content (it may be an ID number). While a long code is still coming, it calls `coming` once.
"""

import asyncio
from collections.abc import Callable
from typing import ClassVar

import structlog

from edge.devices.driver_api import Baud, CodeReaderDriver, CodeReaderSettings, SerialDeviceSettings, Sheet, Surroundings
from edge.devices.drivers.code_reads import CodeReads
from edge.devices.framing.code_lines import CodeLines, Line, Overlong
from edge.devices.framing.double_reads import DEFAULT_WINDOW_S
from edge.devices.ports import HealthLine
from edge.devices.transports.serial_port import SerialPort

LONG_CODE_BYTES = 32  # longer than any typed number: this is a ticket's code, and most of it is still on the line

_log = structlog.get_logger()


class SerialScannerSettings(SerialDeviceSettings, CodeReaderSettings):
    """A serial scanner, set up by its maker or a technician."""

    sheet: ClassVar[Sheet] = Sheet(
        device="Any serial scanner that ends its codes with CR, LF, CR LF, TAB or silence (RS-232, TTL, CDC-ACM)",
        protocol="Codes as lines, 9,600 to 115,200 baud 8N1",
        verified=("The simulated scanner, under every fault of the line and of the scanner.",),
        limits=(
            "The scanner's own set-up is not looked at, and a set-up code shown to it may change it.",
            "Where the scanner is of the GM65 family, name the driver gm65.",
        ),
    )
    baud: Baud = 9600

    def make(self, around: Surroundings) -> CodeReaderDriver:
        """Return the driver."""
        return SerialScanner(around.name, self.port, self.baud, around.clock, around.make_way)


class SerialScanner(CodeReads):
    """Implements `ports.CodeReader` and `ports.SupervisedDevice`. `clock` gives monotonic seconds."""

    def __init__(
        self,
        name: str,
        path: str,
        baud: int,
        clock: Callable[[], float],
        coming: Callable[[], None],
        double_read_s: float = DEFAULT_WINDOW_S,
    ) -> None:
        super().__init__(name, clock, double_read_s)
        self._path = path
        self._baud = baud
        self._coming = coming

    async def run(self, health: HealthLine) -> None:
        """Open the scanner and read codes until it is unplugged; see the port."""
        port = SerialPort(self._path, self._baud)
        try:
            await self._serve(port, health)
        finally:
            port.close()

    async def _serve(self, port: SerialPort, health: HealthLine) -> None:
        health.ready()
        lines = CodeLines()
        while True:
            self._hand_on(await self._next_lines(port, lines))

    def _heard(self, data: bytes) -> None:
        """Take the bytes before they are cut into codes: for engines that answer on the same line."""

    async def _next_lines(self, port: SerialPort, lines: CodeLines) -> list[Line]:
        deadline_s = lines.deadline_s
        try:
            async with asyncio.timeout(None if deadline_s is None else max(0.0, deadline_s - self._clock())):
                data = await port.receive()
        except TimeoutError:
            return lines.flush(self._clock())
        self._heard(data)
        before_bytes = lines.begun_bytes
        ended = lines.feed(data, self._clock())
        if before_bytes < LONG_CODE_BYTES <= lines.begun_bytes:
            self._coming()
        return ended

    def _hand_on(self, lines: list[Line]) -> None:
        for line in lines:
            if isinstance(line, Overlong):
                _log.warning("no code is that long; check the scanner's suffix", device=self.name, bytes=line.length)
            else:
                self._take(line)
