"""Swing and flap gate controllers that speak `7E` commands and `7F` statuses, 19,200 baud 8N1.

Source: RS485.cpp of javiigalvez11/Mueo_Elder_Qualica_RD. To be checked on real hardware: what the bits of fault and alarm mean
(any but zero is reported), and that `executed` repeats the command that a status answers.
Laws: a status counts only whole and with its checksum; passages are computed from counters alone, which overflow at 2^24.
"""

from dataclasses import dataclass
from enum import IntEnum

BAUD = 19_200
COMMAND_BYTES = 8
STATUS_BYTES = 18
COUNTER_STEPS = 1 << 24
MOST_AT_ONCE = 16  # bodies between two statuses; a larger step is a counter that was reset
_COMMAND_HEAD, _STATUS_HEAD = 0x7E, 0x7F
_CHECK_SUM = 0xFF
_MAX_UNPARSED_BYTES = 256


class Command(IntEnum):
    """The commands to a controller. The data byte of an opening command is the number of persons."""

    STATUS = 0x10
    RESET_LEFT_COUNT = 0x20
    RESET_RIGHT_COUNT = 0x21
    LEFT_OPEN = 0x80
    RIGHT_OPEN = 0x82
    CLOSE = 0x84


@dataclass(frozen=True, slots=True)
class Status:
    """What a controller reports. Counters are of bodies that passed since it was made, or reset."""

    address: int
    fault: int
    gate: int
    alarm: int
    left: int
    right: int
    infrared: int
    executed: int


def command(address: int, kind: Command, persons: int = 0) -> bytes:
    """Return the frame of a command."""
    body = bytes([_COMMAND_HEAD, 0, address, kind, persons, 0, 0])
    return body + bytes([~sum(body) & 0xFF])


def passed_between(before: int, after: int) -> int:
    """Return how many bodies passed between two readings of a counter; 0 where it was reset."""
    step = (after - before) % COUNTER_STEPS
    return step if step <= MOST_AT_ONCE else 0


class StatusDecoder:
    """Finds the statuses of one controller in a stream that may hold other bytes."""

    def __init__(self, address: int) -> None:
        self._address = address
        self._unparsed = bytearray()

    def feed(self, data: bytes) -> list[Status]:
        """Take bytes as they come; return the statuses that they complete."""
        self._unparsed += data
        found: list[Status] = []
        start = 0
        while start + STATUS_BYTES <= len(self._unparsed):
            status = self._status_at(start)
            if status is not None:
                found.append(status)
            start += 1 if status is None else STATUS_BYTES
        del self._unparsed[:start]
        del self._unparsed[:-_MAX_UNPARSED_BYTES]
        return found

    def _status_at(self, start: int) -> Status | None:
        frame = self._unparsed[start : start + STATUS_BYTES]
        if frame[0] != _STATUS_HEAD or frame[2] != self._address or sum(frame) & 0xFF != _CHECK_SUM:
            return None
        left, right = int.from_bytes(frame[6:9], "big"), int.from_bytes(frame[9:12], "big")
        return Status(frame[2], frame[3], frame[4], frame[5], left, right, frame[12], frame[13])
