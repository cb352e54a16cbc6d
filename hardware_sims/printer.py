"""An ESC/POS printer: the bytes become text and codes on sheets, and a picture of each sheet; sensors answer at any time.

Facts, as published: DLE EOT is answered at once, even where its bytes lie within an image; GS r is answered in its turn, once all
before is on paper. DLE DC4 1 sends a pulse to the drawer, also from within an image, unless GS ( D has disabled it. GS v 0 stands
where ESC a says. Bytes of no known command are noted in `unknown`, so that a test can assert that there were none.
"""

from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
import segno
from numpy.typing import NDArray

from hardware_sims.timers import Timers
from hardware_sims.wires import Wire

DOTS = 576
LINE_DOTS = 24
LINE_S = 0.01
BUFFER_BYTES = 16_384
WHITE = 255
QUIET_MODULES = 4
OK = 0x12
DLE_EOT = b"\x10\x04"
DLE_DC4_PULSE = b"\x10\x14\x01"
ALIGN_LEFT, ALIGN_CENTRE = 0, 1
# The number of parameter bytes of each command, by its first two bytes.
FIXED = {b"\x1b@": 0, b"\x1ba": 1, b"\x1bE": 1, b"\x1b!": 1, b"\x1bd": 1, b"\x1bt": 1, b"\x1bM": 1, b"\x1b-": 1, b"\x1bG": 1,
         b"\x1bV": 1, b"\x1b{": 1, b"\x1b3": 1, b"\x1b2": 0, b"\x1bp": 3, b"\x1d!": 1, b"\x1da": 1, b"\x1dr": 1, b"\x1dB": 1,
         b"\x1db": 1, b"\x1c&": 0, b"\x1c.": 0, b"\x1c!": 1}  # fmt: skip


class PrinterFault(StrEnum):
    """The faults of a printer, or what it lacks."""

    PAPER_LOW = "paper_low"
    PAPER_OUT = "paper_out"
    COVER_OPEN = "cover_open"
    CUTTER_JAM = "cutter_jam"
    HEAD_HOT = "head_hot"
    OFFLINE = "offline"
    MUTE = "mute"  # answers nothing
    LIAR = "liar"  # answers that all is well
    ASB_NOISE = "asb_noise"  # tells its status unasked before each answer


_STOPS = {
    PrinterFault.PAPER_OUT,
    PrinterFault.COVER_OPEN,
    PrinterFault.CUTTER_JAM,
    PrinterFault.HEAD_HOT,
    PrinterFault.OFFLINE,
}


@dataclass
class PaperSheet:
    """One printed sheet: text by lines, the codes that the printer drew itself, and the picture, white on black ink."""

    lines: list[str] = field(default_factory=list)
    codes: list[bytes] = field(default_factory=list)
    strips: list[NDArray[np.uint8]] = field(default_factory=list)
    is_cut: bool = False

    def picture(self) -> NDArray[np.uint8]:
        """The sheet as a person sees it, grey."""
        blank = np.full((LINE_DOTS, DOTS), WHITE, np.uint8)
        return np.concatenate([blank, *self.strips, blank])


class Printer:
    """The printer. `paper_lines` is how much paper is left, None for plenty."""

    def __init__(self, wire: Wire, timers: Timers) -> None:
        self.faults: set[PrinterFault] = set()
        self.sheets = [PaperSheet()]
        self.unknown: list[bytes] = []
        self.paper_lines: int | None = None
        self.pulses: list[int] = []  # the connector's pin of each pulse that opened the drawer
        self._pulse_disabled = False
        self._align = ALIGN_LEFT
        self._wire = wire
        self._timers = timers
        self._buffer = bytearray()
        self._tail = b""
        self._line = bytearray()
        self._stored = b""
        self._module_dots = 3
        self._busy_s = 0.0
        wire.connect(self.received)

    @property
    def printed(self) -> list[PaperSheet]:
        """The sheets that were cut."""
        return [sheet for sheet in self.sheets if sheet.is_cut]

    def mend(self) -> None:
        """Put paper in, close the cover, free the cutter, and go on with the buffer."""
        self.faults.clear()
        self.paper_lines = None
        self._work()

    def power_cycle(self) -> None:
        """Lose the buffer."""
        self._buffer.clear()
        self._line.clear()

    def received(self, data: bytes) -> None:
        """Take bytes: real-time questions are answered at once, at any position."""
        seen = self._tail + data
        for at in range(len(seen) - 2):
            if seen[at : at + 2] == DLE_EOT and 1 <= seen[at + 2] <= 4:  # noqa: PLR2004 - the four questions
                self._tell(self._status(seen[at + 2]))
            if seen[at : at + 3] == DLE_DC4_PULSE and not self._pulse_disabled:
                self.pulses.append(2)
        self._tail = seen[-2:]
        if len(self._buffer) + len(data) <= BUFFER_BYTES:
            self._buffer += data
        self._work()

    def _tell(self, answer: int) -> None:
        if PrinterFault.MUTE in self.faults:
            return
        noise = bytes([0x10, 0, 0, 0]) if PrinterFault.ASB_NOISE in self.faults else b""
        self._wire.send(noise + bytes([answer]))

    def _status(self, kind: int) -> int:
        if PrinterFault.LIAR in self.faults:
            return OK
        stops = bool(self.faults & _STOPS)
        out = PrinterFault.PAPER_OUT in self.faults
        bits = {
            1: stops * 0x08,
            2: (PrinterFault.COVER_OPEN in self.faults) * 0x04 + out * 0x20 + (PrinterFault.CUTTER_JAM in self.faults) * 0x40,
            3: (PrinterFault.CUTTER_JAM in self.faults) * 0x08 + (PrinterFault.HEAD_HOT in self.faults) * 0x40,
            4: (PrinterFault.PAPER_LOW in self.faults) * 0x0C + out * 0x60,
        }
        return OK | bits[kind]

    def _work(self) -> None:
        """Carry out the whole commands in the buffer, until a fault stops the printer."""
        while self._buffer and not self.faults & _STOPS:
            taken = self._take_one()
            if taken == 0:
                return
            del self._buffer[:taken]

    def _take_one(self) -> int:
        """Carry out the first command; return its length, 0 where it is not whole yet."""
        head = bytes(self._buffer[:2])
        if head[0] not in b"\x10\x1b\x1c\x1d":
            return self._take_text(head[0])
        if len(head) < 2:  # noqa: PLR2004 - a command has two bytes at least
            return 0
        if head == DLE_EOT:
            return 3 if len(self._buffer) >= 3 else 0  # noqa: PLR2004 - with the question's number
        if head == b"\x1dV":
            return self._take_cut()
        if head == b"\x1d(":
            return self._take_code()
        if head == b"\x1dv":
            return self._take_raster()
        return self._take_fixed(head)

    def _take_text(self, byte: int) -> int:
        if byte == ord("\n"):
            self._feed(1)
        elif byte not in b"\r\0":
            self._line.append(byte)
        return 1

    def _take_fixed(self, head: bytes) -> int:
        if head not in FIXED:
            self.unknown.append(head)
            return 2
        length = 2 + FIXED[head]
        if len(self._buffer) < length:
            return 0
        if head == b"\x1bd":
            self._feed(self._buffer[2])
        if head == b"\x1ba":
            self._align = self._buffer[2] % 48
        if head == b"\x1b@":
            self._align, self._pulse_disabled = ALIGN_LEFT, False
        if head == b"\x1bp":
            self.pulses.append((2, 5)[self._buffer[2] % 48])
        if head == b"\x1dr":
            delay_s = max(0.0, self._busy_s - self._timers.now_s())
            self._timers.call_after(delay_s, lambda: self._tell((PrinterFault.PAPER_LOW in self.faults) * 0x03))
        return length

    def _take_cut(self) -> int:
        if len(self._buffer) < 3:  # noqa: PLR2004 - with its kind
            return 0
        length = 4 if self._buffer[2] in (0x41, 0x42) else 3
        if len(self._buffer) < length:
            return 0
        self.sheets[-1].is_cut = True
        self.sheets.append(PaperSheet())
        return length

    def _take_code(self) -> int:
        if len(self._buffer) < 5:  # noqa: PLR2004 - kind and length
            return 0
        length = 5 + int.from_bytes(self._buffer[3:5], "little")
        if len(self._buffer) < length:
            return 0
        if self._buffer[2] == ord("D"):
            self._pulse_disabled = bytes(self._buffer[6:8]) == b"\x01\x00"
            return length
        function, data = self._buffer[6], bytes(self._buffer[7:length])
        if function == ord("P"):
            self._stored = data[1:]
        elif function == ord("C"):
            self._module_dots = data[0]
        elif function == ord("Q"):
            self._draw_code(self._stored)
        return length

    def _draw_code(self, data: bytes) -> None:
        self.sheets[-1].codes.append(data)
        symbol = segno.make(data.decode("ascii"), error="m", micro=False, boost_error=False)
        dark = np.pad(np.array([list(row) for row in symbol.matrix], dtype=np.uint8), QUIET_MODULES)
        dots = np.kron(1 - dark, np.ones((self._module_dots, self._module_dots), np.uint8)) * WHITE
        self._ink(dots.astype(np.uint8))

    def _take_raster(self) -> int:
        if len(self._buffer) < 8:  # noqa: PLR2004 - mode, width, height
            return 0
        width, height = int.from_bytes(self._buffer[4:6], "little"), int.from_bytes(self._buffer[6:8], "little")
        length = 8 + width * height
        if len(self._buffer) < length:
            return 0
        bits = np.unpackbits(np.frombuffer(bytes(self._buffer[8:length]), np.uint8)).reshape(height, width * 8)
        self._ink(((1 - bits) * WHITE).astype(np.uint8))
        return length

    def _ink(self, dots: NDArray[np.uint8]) -> None:
        strip = np.full((dots.shape[0], DOTS), WHITE, np.uint8)
        width = min(DOTS, dots.shape[1])
        left = (DOTS - width) // 2 if self._align == ALIGN_CENTRE else 0
        strip[:, left : left + width] = dots[:, :width]
        self.sheets[-1].strips.append(strip)
        self._use_paper(1 + dots.shape[0] // LINE_DOTS)

    def _feed(self, lines: int) -> None:
        if self._line:
            self.sheets[-1].lines.append(self._line.decode("gb18030", errors="replace"))
            self._line.clear()
        self._use_paper(lines)

    def _use_paper(self, lines: int) -> None:
        self._busy_s = max(self._busy_s, self._timers.now_s()) + lines * LINE_S
        if self.paper_lines is not None:
            self.paper_lines -= lines
            if self.paper_lines <= 0:
                self.faults.add(PrinterFault.PAPER_OUT)
