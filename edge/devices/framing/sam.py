"""The security module (SAM) of resident ID card readers: frames, and what its status words mean.

Sources: the published protocol of 115,200-baud SDT readers (softs.im, yzsam.com). Laws: frames are parsed by their length,
because a photo may hold bytes that look like the start of a frame; the search for a start is repeated only after a wrong
checksum.
"""

from dataclasses import dataclass
from functools import reduce
from operator import xor

HEAD = bytes.fromhex("AAAAAA9669")
OK, FOUND, NO_CARD, SELECT_FAILED, READ_FAILED = 0x90, 0x9F, 0x80, 0x81, 0x41
SELF_TEST_FAILED, NOT_AUTHORISED = 0x60, 0x66
MEANINGS = {
    0x10: "checksum error",
    0x11: "length error",
    0x21: "unknown command",
    0x31: "the card rejects the reader",
    0x32: "the reader rejects the card",
    0x33: "the card's data cannot be verified",
    0x40: "wrong kind of card",
    READ_FAILED: "the card was taken away too soon",
    0x47: "the card gave no random number",
    SELF_TEST_FAILED: "its security module failed its self-test",
    NOT_AUTHORISED: "its security module is not authorised",
    NO_CARD: "no card",
    SELECT_FAILED: "the card cannot be selected",
}
_LENGTH_BYTES = 2
_STATUS_BYTES = 3
_MAX_LENGTH = 4_096


def _checksum(body: bytes) -> int:
    return reduce(xor, body, 0)


def request(command: int, parameter: int) -> bytes:
    """Return a frame without data."""
    body = bytes([0, 3, command, parameter])
    return HEAD + body + bytes([_checksum(body)])


RESET = request(0x10, 0xFF)
STATUS = request(0x11, 0xFF)
FIND = request(0x20, 0x01)
SELECT = request(0x20, 0x02)
READ = request(0x30, 0x01)


@dataclass(frozen=True, slots=True)
class Reply:
    """The module's answer. `data` may be a person's: no code shows it."""

    status: int
    data: bytes

    def __repr__(self) -> str:
        return f"Reply(status={self.status:02X}, {len(self.data)} bytes)"


class ReplyDecoder:
    """Finds the reply to one request in the bytes that follow it."""

    def __init__(self) -> None:
        self._unparsed = bytearray()

    def feed(self, data: bytes) -> Reply | None:
        """Take bytes as they come; return the reply once it is whole."""
        self._unparsed += data
        while (start := self._unparsed.find(HEAD)) >= 0:
            frame = self._unparsed[start + len(HEAD) :]
            if len(frame) < _LENGTH_BYTES:
                return None
            length = int.from_bytes(frame[:_LENGTH_BYTES], "big")
            if not _STATUS_BYTES < length <= _MAX_LENGTH:
                del self._unparsed[: start + 1]
                continue
            if len(frame) < _LENGTH_BYTES + length:
                return None
            body, checksum = bytes(frame[: _LENGTH_BYTES + length - 1]), frame[_LENGTH_BYTES + length - 1]
            if _checksum(body) == checksum:
                return Reply(body[_LENGTH_BYTES + _STATUS_BYTES - 1], body[_LENGTH_BYTES + _STATUS_BYTES :])
            del self._unparsed[: start + 1]
        del self._unparsed[: -len(HEAD)]
        return None
