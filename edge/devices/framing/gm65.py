"""Set-up of scan engines of Grow's GM65 family: zones of one byte, read, written and saved over the line that codes come by.

Sources: Grow's GM65 and GM65-S manuals for the frames; published set-up programs for the zones (0003 bit 1 closes set-up codes,
bit 0 has them sent as codes; 0060 bits 6 and 5 are the tail). Zones differ by model, so that no model outside `MODELS` is
guessed. To be checked on real hardware: that a closed engine ignores every set-up code, also the one that opens it. Laws: only
bits that matter are changed; an answer counts only with its checksum.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from edge.devices.framing.code_lines import crc_xmodem

_HEAD = b"\x7e\x00"
_REPLY_HEAD = b"\x02\x00\x00"
_READ, _WRITE, _SAVE = 0x07, 0x08, 0x09
_CRC_BYTES = 2
_MAX_UNPARSED_BYTES = 256


@dataclass(frozen=True, slots=True)
class Wish:
    """The value that some bits of a zone should have; `what` is its text for people."""

    zone: int
    mask: int
    value: int
    what: str

    def holds(self, zone_value: int) -> bool:
        """Whether the zone has the wished value."""
        return zone_value & self.mask == self.value

    def granted(self, zone_value: int) -> int:
        """Return the zone's byte with the wish in it."""
        return zone_value & ~self.mask & 0xFF | self.value


NO_SETUP_CODES = Wish(0x0003, 0x03, 0x02, "set-up codes are ignored")
MODELS: Mapping[str, tuple[Wish, ...]] = {
    "gm65": (
        NO_SETUP_CODES,
        Wish(0x0060, 0x60, 0x00, "codes end with CR"),
        Wish(0x0000, 0x03, 0x02, "it looks all the time"),
    )
}


def read_zone(zone: int) -> bytes:
    """Ask for one zone."""
    return _frame(_READ, zone, b"\x01")


def write_zone(zone: int, value: int) -> bytes:
    """Set one zone until the engine loses its supply."""
    return _frame(_WRITE, zone, bytes([value]))


def save() -> bytes:
    """Keep all zones over a loss of supply."""
    return _frame(_SAVE, 0, b"\0")


class ReplyDecoder:
    """Finds replies of one byte in a stream that may also hold codes."""

    def __init__(self) -> None:
        self._unparsed = bytearray()

    def feed(self, data: bytes) -> list[int]:
        """Take bytes as they come; return the bytes of the replies that they complete (0 for a write or save)."""
        self._unparsed += data
        found: list[int] = []
        size = len(_REPLY_HEAD) + 2 + _CRC_BYTES
        while (start := self._unparsed.find(_REPLY_HEAD)) >= 0 and len(self._unparsed) >= start + size:
            frame = bytes(self._unparsed[start : start + size])
            body, crc = frame[2:-_CRC_BYTES], int.from_bytes(frame[-_CRC_BYTES:], "big")
            whole = frame[3] == 1 and crc_xmodem(body) == crc
            found += [frame[4]] if whole else []
            del self._unparsed[: start + (size if whole else 1)]
        del self._unparsed[:-_MAX_UNPARSED_BYTES]
        return found


def _frame(kind: int, zone: int, data: bytes) -> bytes:
    body = bytes([kind, len(data)]) + zone.to_bytes(2, "big") + data
    return _HEAD + body + crc_xmodem(body).to_bytes(_CRC_BYTES, "big")
