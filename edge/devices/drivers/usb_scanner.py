"""USB scanners that need no serial line: of the point-of-sale class, and scanners that pretend to be a keyboard.

Laws: the kernel's driver is detached before the first code is read and not attached again, so that no scanned code is typed into
another program; the driver yields a code once, and never logs it.
"""

import asyncio
from collections.abc import Callable
from typing import ClassVar, Protocol

from edge.devices.driver_api import CodeReaderDriver, CodeReaderSettings, Sheet, Surroundings
from edge.devices.drivers.code_reads import CodeReads
from edge.devices.drivers.usb_settings import UsbDeviceSettings
from edge.devices.framing import hid_keyboard, hid_pos
from edge.devices.framing.double_reads import DEFAULT_WINDOW_S
from edge.devices.framing.hid_keyboard import TypedCodes
from edge.devices.framing.hid_pos import CodeReports
from edge.devices.ports import HealthLine
from edge.devices.transports.usb_device import INWARD, UsbAddress, UsbDevice

READ_LIMIT_MS = 250  # the longest delay until silence is noticed, and until the device is released


class Reports(Protocol):
    """Joins reports to codes."""

    def feed(self, report: bytes, now_s: float) -> list[bytes]:
        """Take a report, empty at silence; return the codes that are complete."""
        ...


class HidPosSettings(UsbDeviceSettings, CodeReaderSettings):
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


class KeyboardWedgeSettings(UsbDeviceSettings, CodeReaderSettings):
    """A scanner that types."""

    sheet: ClassVar[Sheet] = Sheet(
        device="USB scanners in keyboard mode",
        protocol="USB HID boot keyboard, US layout, taken from the kernel (pyusb)",
        verified=("The simulated keyboard on a simulated USB bus behind pyusb's backend interface, every printable character.",),
        limits=(
            "Set the scanner to US layout; characters beyond ASCII cannot be typed.",
            "A lost key release swallows the second of two equal characters: prefer HID-POS or serial.",
            "The interface stays detached until the scanner is plugged in again.",
        ),
    )

    def make(self, around: Surroundings) -> CodeReaderDriver:
        """Return the driver."""
        return UsbScanner(around.name, self.address, TypedCodes, hid_keyboard.REPORT_BYTES, around.clock)


class UsbScanner(CodeReads):
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
        super().__init__(name, clock, double_read_s)
        self._address = address
        self._make_reports = reports
        self._report_bytes = report_bytes

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
                    self._take(code)
        finally:
            await asyncio.shield(device.close())
