"""Modbus RTU as relay boards speak it: requests as bytes, and the reply to one request found in a stream of bytes.

Sources: Modbus over serial line V1.02; the Waveshare "Modbus RTU Relay (D)" and "IO 8CH" manuals for flash-ON; published frames
of Juying's FE boards for jog (to be checked on real hardware: that FC01 reads a relay while it jogs).
Laws: a reply counts only whole, from the unit asked, for the function asked, with its CRC; everything around it (junk, other
units, late and double replies, the local echo of a half-duplex adapter) is passed over. Modbus has no transaction number: an
echoed write request looks like the reply, so no write is believed until it has been read back.
"""

from dataclasses import dataclass

READ_COILS = 0x01
READ_INPUTS = 0x02
WRITE_COIL = 0x05
WRITE_REGISTERS = 0x10
ANY_UNIT = (0xFE, 0xFF)  # boards of the FE family answer to these for any unit, by these numbers or by their own
EXCEPTION_BIT = 0x80
FLASH_ON_ADDRESS = 0x0200
COIL_ON = 0xFF00
COIL_OFF = 0x0000
MAX_FLASH_TENTHS = 0x7FFF
JOG_REGISTER = 0x0003  # of the first relay; each has a block of five
JOG_REGISTERS_PER_RELAY = 5
JOG_ON = 0x0004

MAX_READ_BITS = 8  # one byte of bits: these boards have no more
MAX_UNPARSED_BYTES = 256  # the longest frame of Modbus RTU
_CRC_BYTES = 2
_EXCEPTION_BYTES = 5
_ECHO_BYTES = 8
_BITS_BYTES = 6
_BITS_PER_CHARACTER = 11  # the standard counts start, eight data, parity or second stop, stop
_FIXED_QUIET_ABOVE_BAUD = 19_200
_FIXED_QUIET_S = 0.001_75

EXCEPTION_NAMES = {
    1: "function not supported",
    2: "address not present",
    3: "value not allowed",
    4: "device failure",
    6: "device busy",
}


@dataclass(frozen=True, slots=True)
class Request:
    """One request frame, and the form of its reply."""

    frame: bytes
    unit: int
    function: int
    reply_bytes: int


@dataclass(frozen=True, slots=True)
class Bits:
    """The coils or inputs that were read, the first one asked for in bit 0."""

    value: int

    def is_set(self, index: int) -> bool:
        """Whether the bit is 1."""
        return bool(self.value >> index & 1)


@dataclass(frozen=True, slots=True)
class Echoed:
    """The write request came back, from the board or from an adapter that echoes."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The board answered with an exception."""

    code: int

    def __str__(self) -> str:
        return f"exception {self.code:02d} ({EXCEPTION_NAMES.get(self.code, 'unknown')})"


Reply = Bits | Echoed | Refused


def crc16(data: bytes) -> bytes:
    """Return the CRC of Modbus RTU (polynomial 0xA001 reflected, initial 0xFFFF), low byte first."""
    crc = 0xFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ 0xA001 if crc & 1 else crc >> 1
    return crc.to_bytes(_CRC_BYTES, "little")


def quiet_s(baud: int) -> float:
    """Return how long the line must be silent between frames: 3.5 characters, fixed above 19,200 baud."""
    if baud > _FIXED_QUIET_ABOVE_BAUD:
        return _FIXED_QUIET_S
    return 3.5 * _BITS_PER_CHARACTER / baud


def read_coils(unit: int, count: int = MAX_READ_BITS) -> Request:
    """Ask for the state of the first `count` relays (FC01)."""
    return _read(unit, READ_COILS, count)


def read_inputs(unit: int, count: int = MAX_READ_BITS) -> Request:
    """Ask for the state of the first `count` digital inputs (FC02)."""
    return _read(unit, READ_INPUTS, count)


def write_coil(unit: int, coil: int, *, on: bool) -> Request:
    """Switch a relay on or off without a timer (FC05)."""
    return _write(unit, coil, COIL_ON if on else COIL_OFF)


def flash_on(unit: int, coil: int, tenths: int) -> Request:
    """Switch a relay on for `tenths` of a second; the board itself ends the pulse (FC05, vendor address 0x0200 + coil)."""
    assert 1 <= tenths <= MAX_FLASH_TENTHS, "a pulse is 0.1 s to about 54 minutes"
    return _write(unit, FLASH_ON_ADDRESS + coil, tenths)


def jog_on(unit: int, relay: int, tenths: int) -> Request:
    """Switch a relay of an FE board on for `tenths` of a second; the board itself ends the pulse (FC16, a block a relay)."""
    assert 1 <= tenths <= MAX_FLASH_TENTHS, "a pulse is 0.1 s to about 54 minutes"
    register = JOG_REGISTER + JOG_REGISTERS_PER_RELAY * relay
    words = (register, 2)
    body = bytes([unit, WRITE_REGISTERS]) + b"".join(word.to_bytes(2, "big") for word in words)
    body += bytes([4]) + JOG_ON.to_bytes(2, "big") + tenths.to_bytes(2, "big")
    return Request(body + crc16(body), unit, WRITE_REGISTERS, _ECHO_BYTES)


class ReplyDecoder:
    """Finds the reply to one request in the bytes that follow it."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._unparsed = bytearray()

    def feed(self, data: bytes) -> Reply | None:
        """Take bytes as they come; return the reply once it is whole, None until then."""
        self._unparsed += data
        for start in range(len(self._unparsed)):
            reply = self._reply_at(start)
            if reply is not None:
                return reply
        del self._unparsed[:-MAX_UNPARSED_BYTES]
        return None

    def _reply_at(self, start: int) -> Reply | None:
        head = self._unparsed[start : start + 3]
        request = self._request
        if len(head) < 3 or not self._is_asked(head[0]):  # noqa: PLR2004 - unit, function, and one byte that tells the length
            return None
        if head[1] == request.function | EXCEPTION_BIT:
            frame = self._frame_at(start, _EXCEPTION_BYTES)
            return Refused(frame[2]) if frame else None
        if head[1] != request.function:
            return None
        frame = self._frame_at(start, request.reply_bytes)
        if frame is None:
            return None
        if request.function == WRITE_COIL:
            return Echoed() if frame[1:-_CRC_BYTES] == request.frame[1:-_CRC_BYTES] else None
        if request.function == WRITE_REGISTERS:
            return Echoed() if frame[1:-_CRC_BYTES] == request.frame[1 : _ECHO_BYTES - _CRC_BYTES] else None
        return Bits(frame[3]) if frame[2] == 1 else None

    def _is_asked(self, unit: int) -> bool:
        return unit == self._request.unit or self._request.unit in ANY_UNIT

    def _frame_at(self, start: int, size: int) -> bytes | None:
        frame = bytes(self._unparsed[start : start + size])
        if len(frame) < size or crc16(frame[:-_CRC_BYTES]) != frame[-_CRC_BYTES:]:
            return None
        return frame


def _read(unit: int, function: int, count: int) -> Request:
    assert 1 <= count <= MAX_READ_BITS, "replies of one byte only"
    return _request(unit, function, 0, count, _BITS_BYTES)


def _write(unit: int, address: int, value: int) -> Request:
    return _request(unit, WRITE_COIL, address, value, _ECHO_BYTES)


def _request(unit: int, function: int, address: int, value: int, reply_bytes: int) -> Request:
    body = bytes([unit, function]) + address.to_bytes(2, "big") + value.to_bytes(2, "big")
    return Request(body + crc16(body), unit, function, reply_bytes)
