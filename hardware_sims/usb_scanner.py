"""USB scanners on a simulated bus: of the point-of-sale class, and one that types.

Facts, as published; USB HID usage tables (keyboard page, US layout). While the kernel holds its interface, a keyboard scanner
types into every program: `leaked` collects this text, so that a test can assert that there was none.
"""

from enum import StrEnum

from hardware_sims.scanner_eye import ScannerEye
from hardware_sims.timers import Timers
from hardware_sims.usb_bus import Stall, UsbBus

HID_CLASS = 3
ENDPOINT_IN = 0x81
POS_REPORT_BYTES, POS_DATA_BYTES, POS_REPORT_ID = 64, 56, 0x02
AIM_QR = b"]Q1"
ENTER, SHIFT, CONTROL = 0x28, 0x02, 0x01
LETTERS = "abcdefghijklmnopqrstuvwxyz"
ROWS = {
    0x1E: ("1234567890", "!@#$%^&*()"),
    0x2D: ("-=[]\\", "_+{}|"),
    0x33: (";'`,./", ':"~<>?'),
}


class UsbScannerFault(StrEnum):
    """The faults of these scanners."""

    LOST_CONTINUATION = "lost_continuation"  # the last report of a long code never comes
    LOST_RELEASE = "lost_release"  # equal characters in a row are one key press


class UsbScanner(ScannerEye):
    """The common part: a code is held before the scanner, which reads it every 100 ms."""

    product = 0x0B01
    vendor = 0x0C2E
    interface_class = HID_CLASS
    endpoints: tuple[int, ...] = (ENDPOINT_IN,)
    name = "Scanner"

    def __init__(self, bus: UsbBus, timers: Timers, *, port: int = 4) -> None:
        super().__init__(timers)
        self.faults: set[UsbScannerFault] = set()
        self.leaked = bytearray()
        self.port = port
        self._bus = bus

    def control(self, request_type: int, request: int, value: int, data: bytes, size: int) -> bytes:  # noqa: ARG002 - see Gadget
        """Refuse: the scanner takes no control request."""
        raise Stall

    def receive(self, endpoint: int, data: bytes) -> None:
        """Do nothing: it has no OUT endpoint."""

    def reports(self, code: bytes) -> list[bytes]:
        """Return the reports for a code."""
        raise NotImplementedError

    def _look(self) -> None:
        if self._shown is None:
            return
        if self._bus.kernel_reads(self):
            self.leaked += self._shown
        for report in self.reports(self._shown):
            self._bus.send(self, ENDPOINT_IN, report)
        self._look_later()


class PosScanner(UsbScanner):
    """A scanner of the HID point-of-sale class."""

    def reports(self, code: bytes) -> list[bytes]:
        """The code in reports of 56 bytes each; all except the last announce another."""
        parts = [code[at : at + POS_DATA_BYTES] for at in range(0, len(code), POS_DATA_BYTES)]
        reports = [
            bytes([POS_REPORT_ID, len(part)]) + AIM_QR + part.ljust(POS_DATA_BYTES, b"\0") + bytes([0, 0, at < len(parts) - 1])
            for at, part in enumerate(parts)
        ]
        return reports[:-1] if UsbScannerFault.LOST_CONTINUATION in self.faults and len(reports) > 1 else reports


class KeyboardScanner(UsbScanner):
    """A scanner that types, on a US keyboard, and ends with Enter. A character below 32 is typed with Ctrl."""

    product = 0x0B02

    def reports(self, code: bytes) -> list[bytes]:
        """Press and release of each key."""
        reports: list[bytes] = []
        for at, character in enumerate(code.decode("ascii")):
            pressed = _boot_report(*_key(character))
            again = at and code[at - 1 : at] == code[at : at + 1]
            if again and UsbScannerFault.LOST_RELEASE in self.faults:
                reports.pop()
            reports += [pressed, bytes(8)]
        return [*reports, _boot_report(0, ENTER), bytes(8)]


def _boot_report(modifiers: int, key: int) -> bytes:
    return bytes([modifiers, 0, key, 0, 0, 0, 0, 0])


def _key(character: str) -> tuple[int, int]:
    """The modifiers and the key that type a character."""
    if character == " ":
        return 0, 0x2C
    if ord(character) < ord(" "):
        return CONTROL, 0x04 + ord(character) - 1
    if character.lower() in LETTERS:
        return SHIFT if character.isupper() else 0, 0x04 + LETTERS.index(character.lower())
    for first, (plain, shifted) in ROWS.items():
        for modifiers, row in ((0, plain), (SHIFT, shifted)):
            if character in row:
                return modifiers, first + row.index(character)
    raise ValueError(f"no key types {character!r}")
