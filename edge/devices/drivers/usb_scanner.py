"""USB scanners that need no serial line: of the point-of-sale class, and scanners that pretend to be a keyboard.

Laws: the kernel's driver is detached before the first code is read and not attached again, so that no scanned code is typed into
another program; the driver yields a code once, and never logs it.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import ClassVar, Protocol

from pydantic import Field

from edge.devices.driver_api import CodeReaderDriver, CodeReaderSettings, Sheet, Surroundings
from edge.devices.drivers.stream import Stream
from edge.devices.framing import hid_keyboard, hid_pos
from edge.devices.framing.double_reads import DEFAULT_WINDOW_S, DoubleReads
from edge.devices.framing.hid_keyboard import TypedCodes
from edge.devices.framing.hid_pos import CodeReports
from edge.devices.ports import CodeRead, HealthLine
from edge.devices.transports.usb_device import INWARD, UsbAddress, UsbDevice

READ_LIMIT_MS = 250  # the longest delay until silence is noticed, and until the device is released


class Reports(Protocol):
    """Joins reports to codes."""

    def feed(self, report: bytes, now_s: float) -> list[bytes]:
        """Take a report, empty at silence; return the codes that are complete."""
        ...


class _UsbScannerSettings(CodeReaderSettings):
    """Ids as `lsusb` shows them (vendor = 0x0c2e); `socket` ("1-1.4") where two are alike."""

    vendor: int = Field(ge=1, le=0xFFFF)
    product: int = Field(ge=0, le=0xFFFF)
    socket: str = ""

    @property
    def places(self) -> tuple[str, ...]:
        """The device on its bus."""
        return (str(self.address),)

    @property
    def address(self) -> UsbAddress:
        """The device's ids and socket."""
        return UsbAddress(self.vendor, self.product, socket=self.socket)


class HidPosSettings(_UsbScannerSettings):
    """A scanner of the point-of-sale class."""

    sheet: ClassVar[Sheet] = Sheet(
        device="USB scanners in HID-POS mode (Honeywell, Zebra, Datalogic, Newland, Access-IS)",
        protocol="USB HID, usage page 8C, reports of 64 bytes with continuation (pyusb)",
        verified=(
            "Reports of published manuals.",
            "The simulated scanner on a simulated USB bus behind pyusb's backend interface.",
        ),
        limits=("Microscan's other layout of the report is not read.", "The scanner's own set-up is not looked at."),
    )

    def make(self, around: Surroundings) -> CodeReaderDriver:
        """Return the driver."""
        return UsbScanner(around.name, self.address, CodeReports, hid_pos.REPORT_BYTES, around.clock)


class KeyboardWedgeSettings(_UsbScannerSettings):
    """A scanner that types."""

    sheet: ClassVar[Sheet] = Sheet(
        device="USB scanners in keyboard mode",
        protocol="USB HID boot keyboard, US layout, taken from the kernel (pyusb)",
        verified=("The simulated keyboard on a simulated USB bus behind pyusb's backend interface, every printable character.",),
        limits=(
            "Set the scanner to US layout; characters beyond ASCII cannot be typed.",
            "A lost key release swallows the second of two equal characters: prefer HID-POS or serial.",
            "The interface stays detached until the scanner is plugged in anew.",
        ),
    )

    def make(self, around: Surroundings) -> CodeReaderDriver:
        """Return the driver."""
        return UsbScanner(around.name, self.address, TypedCodes, hid_keyboard.REPORT_BYTES, around.clock)


class UsbScanner:
    """Implements `ports.CodeReader` and `ports.SupervisedDevice`. `clock` gives monotonic seconds, `reports` starts each run."""

    backend: object | None = None  # pyusb's own

    def __init__(
        self,
        name: str,
        address: UsbAddress,
        reports: Callable[[], Reports],
        report_bytes: int,
        clock: Callable[[], float],
        double_read_s: float = DEFAULT_WINDOW_S,
    ) -> None:
        self.name = name
        self._address = address
        self._make_reports = reports
        self._report_bytes = report_bytes
        self._clock = clock
        self._double_reads = DoubleReads(double_read_s)
        self._reads: Stream[CodeRead] = Stream()

    @property
    def suppressed(self) -> int:
        """How many repetitions the driver dropped."""
        return self._double_reads.suppressed

    def reads(self) -> AsyncIterator[CodeRead]:
        """Yield each code shown; see the port."""
        return self._reads.items()

    def forget_last(self) -> None:
        """Allow the same code again at once."""
        self._double_reads.forget()

    async def run(self, health: HealthLine) -> None:
        """Take the scanner from the kernel and read codes until it is unplugged; see the port."""
        device = UsbDevice(self._address, backend=self.backend)
        try:
            await device.open()
            endpoint, _ = await device.endpoint(INWARD)
            health.ready()
            reports = self._make_reports()
            while True:
                report = await device.read(endpoint, self._report_bytes, READ_LIMIT_MS)
                for code in reports.feed(report, self._clock()):
                    self._hand_on(code)
        finally:
            await asyncio.shield(device.close())

    def _hand_on(self, code: bytes) -> None:
        if self._double_reads.is_new(code, self._clock()):
            self._reads.put(CodeRead(self.name, code))
