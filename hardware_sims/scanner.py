"""A serial code scanner of the GM65 family: a shown code goes out as bytes with a tail, commands come in on the same line.

Facts, as published: Command `7E 00 type len addrH addrL data crcH crcL` (CRC-16/XMODEM, or `AB CD` to skip it), reply `02 00 00
len data crc`; a heartbeat is answered with `03 00 00 01 00 33 31` (vendor manuals of GM65 and GM861). The scanner does not answer
an unreadable command. Zone maps differ by model; this one has the mode in 0000, the trigger in 0002, set-up codes in 0003 (bit 1
closes them), the baud divisor in 002A, and the tail in bits 6 and 5 of 0060. A tail of LF has no bits.
"""

from collections.abc import Callable
from enum import IntEnum, StrEnum
from functools import partial

from hardware_sims.checksums import xmodem_crc
from hardware_sims.scanner_eye import REREAD_S, ScannerEye
from hardware_sims.timers import Timers
from hardware_sims.wires import TERMIOS_SPEEDS, Wire

SINGLE_READ_S = 5.0  # how long a trigger waits for a code
DOUBLE_READ_GAP_S = 0.02
MAX_CODE_BYTES = 4296  # the most that one QR code holds
ACK = bytes.fromhex("02000001003331")
HEARTBEAT_REPLY = bytes.fromhex("03000001003331")
HEAD = b"\x7e\x00"
SKIP_CRC = b"\xab\xcd"
BAUD_CLOCK = 3_000_000
ZONES = 0x100
ZONE_MODE, ZONE_TRIGGER, ZONE_SETUP, ZONE_BAUD, ZONE_TAIL = 0x0000, 0x0002, 0x0003, 0x002A, 0x0060
MODE_MASK = 0x03
SETUP_CODES_CLOSED = 0x02
TAIL_MASK, TAIL_SHIFT = 0x60, 5
FIXED_BYTES = 6  # head, type, length, address
CRC_BYTES = 2
READ_ZONE, WRITE_ZONE, SAVE, HEARTBEAT = 0x07, 0x08, 0x09, 0x0A


class Tail(StrEnum):
    """The bytes that end a code."""

    CR = "\r"
    LF = "\n"
    CRLF = "\r\n"
    TAB = "\t"
    NONE = ""


class Mode(IntEnum):
    """The mode in which the scanner looks for codes: bits 1 and 0 of zone 0000."""

    MANUAL = 0
    COMMAND = 1
    CONTINUOUS = 2
    SENSING = 3


TAIL_BITS = {Tail.CR: 0, Tail.CRLF: 1, Tail.TAB: 2, Tail.NONE: 3}
FACTORY_MODE, FACTORY_TAIL = Mode.MANUAL, Tail.CR


class ScannerFault(StrEnum):
    """The faults of a scanner while its line works."""

    DOUBLE_READ = "double_read"
    MISSING_TAIL = "missing_tail"
    STRAY_ACK = "stray_ack"  # an ACK glued to the front of each code


def _divisor(baud: int) -> int:
    return (BAUD_CLOCK + baud // 2) // baud  # rounded: 0x0139 for 9600, as in the manual


class Scanner(ScannerEye):
    """The scanner: the code before it, and the bytes that it sends about it."""

    def __init__(self, wire: Wire, timers: Timers, *, mode: Mode = Mode.CONTINUOUS, tail: Tail = Tail.CR) -> None:
        super().__init__(timers)
        self.faults: set[ScannerFault] = set()
        self._wire = wire
        self._zones = bytearray(ZONES)
        self._zones[ZONE_MODE] = mode
        self._odd_tail: Tail | None = None
        self.tail = tail
        self._zones[ZONE_BAUD : ZONE_BAUD + 2] = _divisor(9600).to_bytes(2, "little")
        self._saved = bytes(self._zones)
        self._triggered_until_s = 0.0
        self._buffer = bytearray()
        self.reads = 0
        wire.connect(self._received)

    @property
    def tail(self) -> Tail:
        """The present tail of a code."""
        bits = (self._zones[ZONE_TAIL] & TAIL_MASK) >> TAIL_SHIFT
        return self._odd_tail or next(tail for tail, known in TAIL_BITS.items() if known == bits)

    @tail.setter
    def tail(self, tail: Tail) -> None:
        self._odd_tail = None if tail in TAIL_BITS else tail
        self._zones[ZONE_TAIL] = self._zones[ZONE_TAIL] & ~TAIL_MASK & 0xFF | TAIL_BITS.get(tail, 0) << TAIL_SHIFT

    @property
    def setup_codes_closed(self) -> bool:
        """Whether it ignores set-up codes."""
        return bool(self._zones[ZONE_SETUP] & SETUP_CODES_CLOSED)

    def show_setup_code(self, zone: int, value: int) -> None:
        """Hold a set-up code before it: the scanner obeys and saves it and does not send it, unless such codes are closed."""
        if not self.setup_codes_closed:
            self._zones[zone] = value
            self._saved = bytes(self._zones)

    @property
    def mode(self) -> Mode:
        """The present mode of the scanner."""
        return Mode(self._zones[ZONE_MODE] & MODE_MASK)

    def show(self, code: bytes) -> None:
        """Hold a code before the scanner until `clear`; it is read at once and, in continuous and sensing mode, every 100 ms."""
        assert 0 < len(code) <= MAX_CODE_BYTES, f"a code of {len(code)} bytes cannot be printed"
        super().show(code)

    def show_glued(self, codes: tuple[bytes, ...]) -> None:
        """Read several codes in a row; only the last gets its tail."""
        self._wire.send(b"".join(codes) + self.tail.encode())
        self.reads += len(codes)

    def factory_reset(self) -> None:
        """Lose its configuration, as when a visitor shows a set-up code: mode and tail are the factory's."""
        self._zones[ZONE_MODE] = FACTORY_MODE
        self._zones[ZONE_SETUP] = 0
        self.tail = FACTORY_TAIL

    def power_cycle(self) -> None:
        """Come back with the configuration last saved to flash."""
        self._odd_tail = None
        self._zones[:] = self._saved
        self._buffer.clear()
        self._triggered_until_s = 0.0

    def _look(self) -> None:
        if self._shown is None:
            return
        if self.mode in (Mode.CONTINUOUS, Mode.SENSING):
            self._emit(self._shown)
            self._look_later()
        elif self.mode is Mode.COMMAND and self._timers.now_s() < self._triggered_until_s:
            self._triggered_until_s = 0.0
            self._emit(self._shown)

    def _emit(self, code: bytes) -> None:
        self.reads += 1
        tail = "" if ScannerFault.MISSING_TAIL in self.faults else self.tail
        message = code + tail.encode()
        self._wire.send(ACK + message if ScannerFault.STRAY_ACK in self.faults else message)
        if ScannerFault.DOUBLE_READ in self.faults:
            self._timers.call_after(DOUBLE_READ_GAP_S, lambda: self._wire.send(message))

    def _received(self, data: bytes) -> None:
        self._buffer += data
        while (frame := self._next_frame()) is not None:
            covered, crc = frame[len(HEAD) : -CRC_BYTES], frame[-CRC_BYTES:]
            if crc in (SKIP_CRC, xmodem_crc(covered)):
                self._obey(covered[0], int.from_bytes(covered[2:4], "big"), covered[4:])

    def _next_frame(self) -> bytes | None:
        start = self._buffer.find(HEAD)
        del self._buffer[: self._noise_before(start)]
        if len(self._buffer) < FIXED_BYTES:
            return None
        end = FIXED_BYTES + self._buffer[3] + CRC_BYTES
        if len(self._buffer) < end:
            return None
        frame = bytes(self._buffer[:end])
        del self._buffer[:end]
        return frame

    def _noise_before(self, start: int) -> int:
        if start >= 0:
            return start
        return len(self._buffer) - self._buffer.endswith(HEAD[:1])

    def _obey(self, kind: int, address: int, data: bytes) -> None:
        if kind == HEARTBEAT:
            self._wire.send(HEARTBEAT_REPLY)
        elif kind == SAVE:
            self._saved = bytes(self._zones)
            self._wire.send(ACK)
        elif kind == READ_ZONE and address + data[0] <= ZONES:
            covered = bytes([0, data[0]]) + self._zones[address : address + data[0]]
            self._wire.send(b"\x02\x00" + covered + xmodem_crc(covered))
        elif kind == WRITE_ZONE and address + len(data) <= ZONES:
            self._write_zone(address, data)

    def _write_zone(self, address: int, data: bytes) -> None:
        self._zones[address : address + len(data)] = data
        if address <= ZONE_TAIL < address + len(data):
            self._odd_tail = None
        self._wire.send(ACK)
        after: dict[int, Callable[[], None]] = {
            ZONE_TRIGGER: self._triggered,
            ZONE_MODE: self._look_anew,
            ZONE_BAUD: self._change_speed,
        }
        if address in after:
            after[address]()

    def _triggered(self) -> None:
        starts = bool(self._zones[ZONE_TRIGGER] & 1)
        self._zones[ZONE_TRIGGER] = 0
        self._triggered_until_s = self._timers.now_s() + SINGLE_READ_S if starts else 0.0
        if self.mode is Mode.COMMAND:
            self._look()

    def _look_anew(self) -> None:
        self._cancel_look()
        self._look()

    def _change_speed(self) -> None:
        divisor = int.from_bytes(self._zones[ZONE_BAUD : ZONE_BAUD + 2], "little")
        for baud in TERMIOS_SPEEDS:
            if _divisor(baud) == divisor:
                self._timers.call_after(REREAD_S, partial(self._wire.set_baud, baud))  # the ACK goes at the old speed
