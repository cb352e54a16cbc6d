"""Codes in the byte stream of a serial scanner: lines that end with CR, LF, both, or silence.

Source: Grow GM65 serial manual, for the replies (`02 00 status length data crc`) that such engines put into the same stream.
Laws: a line is the bytes that the scanner sent, not repaired; engine replies with a right checksum belong to no line; a line that
is too long is reported and never cut into a shorter code; a pause within a code does not cut it where the scanner ends its lines
with a suffix, or is not known yet.
"""

from dataclasses import dataclass

MAX_CODE_BYTES = 4_096
IDLE_FLUSH_S = 0.05  # silence that ends a line of a scanner that sends no suffix
SUFFIX_WAIT_S = 0.3  # the longest delay of an expected suffix: a busy line or computer pauses for less

_LINE_ENDS = b"\r\n"
_TAB_SUFFIX = b"\t"  # ends no line by itself, since a code may hold one; at silence it is the scanner's suffix
_REPLY_HEAD = b"\x02\x00"
_REPLY_LENGTH_AT = 3
_REPLY_FIXED_BYTES = 6
_CRC_BYTES = 2


@dataclass(frozen=True, slots=True)
class Overlong:
    """A line longer than any code was discarded up to its end."""

    length: int


Line = bytes | Overlong


class CodeLines:
    """Cuts a stream into lines. Times are seconds of any monotonic clock.

    Silence ends a piece. Where a suffix is expected (it came before, or nothing came yet), pieces wait for it a little: if it
    comes, they are one line, whose sender or reader paused; if not, each piece is a separate line.
    """

    def __init__(self) -> None:
        self._unparsed = bytearray()
        self._line = bytearray()
        self._overlong_bytes = 0
        self._pieces: list[bytes] = []
        self._suffix_expected = True
        self._last_byte_s = 0.0
        self._first_silence_s = 0.0

    @property
    def deadline_s(self) -> float | None:
        """When `flush` may end a line that has begun; None while none has."""
        if self._has_begun:
            return self._last_byte_s + IDLE_FLUSH_S
        return self._first_silence_s + SUFFIX_WAIT_S if self._pieces else None

    @property
    def begun_bytes(self) -> int:
        """How many bytes of the unfinished line have come."""
        return len(self._line)

    @property
    def _has_begun(self) -> bool:
        return bool(self._unparsed or self._line or self._overlong_bytes)

    def feed(self, data: bytes, now_s: float) -> list[Line]:
        """Take bytes as they come; return the lines that they complete, without empty ones."""
        self._unparsed += data
        self._last_byte_s = now_s
        return self._parse(at_silence=False)

    def flush(self, now_s: float) -> list[Line]:
        """Return the lines that silence completes; none before `deadline_s`."""
        lines: list[Line] = []
        if self._has_begun and now_s >= self._last_byte_s + IDLE_FLUSH_S:
            lines += self._end_piece(now_s)
        if self._pieces and (not self._suffix_expected or now_s >= self._first_silence_s + SUFFIX_WAIT_S):
            self._suffix_expected = False
            lines += self._pieces
            self._pieces = []
        return lines

    def _end_piece(self, now_s: float) -> list[Line]:
        lines = self._parse(at_silence=True)
        if self._line.endswith(_TAB_SUFFIX):
            del self._line[-1:]
        if self._overlong_bytes:
            return lines + self._end_line()
        if self._line:
            self._first_silence_s = self._first_silence_s if self._pieces else now_s
            self._pieces.append(bytes(self._line))
            self._line.clear()
        return lines

    def _parse(self, *, at_silence: bool) -> list[Line]:
        lines: list[Line] = []
        position = 0
        while position < len(self._unparsed):
            reply_bytes = _reply_bytes(self._unparsed, position)
            if reply_bytes is None and not at_silence:
                break
            if reply_bytes:
                position += reply_bytes
                continue
            byte = self._unparsed[position]
            position += 1
            if byte in _LINE_ENDS:
                self._suffix_expected = True
                lines += self._end_line()
            else:
                self._append(byte)
        del self._unparsed[:position]
        return lines

    def _append(self, byte: int) -> None:
        if self._overlong_bytes:
            self._overlong_bytes += 1
        elif len(self._line) == MAX_CODE_BYTES:
            self._overlong_bytes = len(self._line) + 1
            self._line.clear()
        else:
            self._line.append(byte)

    def _end_line(self) -> list[Line]:
        whole = b"".join((*self._pieces, self._line))
        length = len(whole) + self._overlong_bytes
        self._overlong_bytes = 0
        self._line.clear()
        self._pieces = []
        if not length:
            return []
        return [Overlong(length)] if length > MAX_CODE_BYTES else [whole]


def crc_xmodem(data: bytes) -> int:
    """Return CRC-16/XMODEM (polynomial 0x1021, initial 0)."""
    crc = 0
    for byte in data:
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1 ^ 0x1021) & 0xFFFF if crc & 0x8000 else crc << 1
    return crc


def _reply_bytes(stream: bytearray, start: int) -> int | None:
    """Return the size of the engine's reply at `start`; 0 if there is none, None while that cannot be known yet."""
    if stream[start] != _REPLY_HEAD[0]:
        return 0
    available = len(stream) - start
    if available > 1 and stream[start + 1] != _REPLY_HEAD[1]:
        return 0
    if available <= _REPLY_LENGTH_AT:
        return None
    size = _REPLY_FIXED_BYTES + stream[start + _REPLY_LENGTH_AT]
    if available < size:
        return None
    frame = bytes(stream[start : start + size])
    right = crc_xmodem(frame[len(_REPLY_HEAD) : -_CRC_BYTES]) == int.from_bytes(frame[-_CRC_BYTES:], "big")
    return size if right else 0
