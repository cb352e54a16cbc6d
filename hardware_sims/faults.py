"""Named faults between a device and its driver, switched on by tests.

Laws: every fault is off until switched on; chance comes only from the given `Random`, so that a seed repeats a run.
"""

from collections.abc import Callable
from enum import StrEnum
from random import Random

from hardware_sims.timers import Timers
from hardware_sims.wires import Wire

SLOW_REPLY_S = 1.5  # longer than any driver should wait
SPLIT_GAP_S = 0.001  # between single bytes: below the silence that ends a Modbus frame at 9600 baud
JUNK_BYTES = 2


class LineFault(StrEnum):
    """A fault of the line, the same for every serial device."""

    SILENT = "silent"
    GARBLE_BIT = "garble_bit"
    DROP_BYTE = "drop_byte"
    SPLIT_BYTES = "split_bytes"
    LEADING_JUNK = "leading_junk"
    SLOW_REPLY = "slow_reply"
    LATE_REPLY = "late_reply"
    DUPLICATE_REPLY = "duplicate_reply"
    LOCAL_ECHO = "local_echo"


class FaultyWire:
    """A wire that damages the device's bytes by the switched faults. Several faults at once add up."""

    def __init__(self, wire: Wire, timers: Timers, random: Random) -> None:
        self._wire = wire
        self._timers = timers
        self._random = random
        self._left: dict[LineFault, int | None] = {}
        self._held_back: list[bytes] = []
        self._receive: Callable[[bytes], None] | None = None
        wire.connect(self._received)

    def switch(self, fault: LineFault, *, on: bool, replies: int | None = None) -> None:
        """Turn a fault on or off; with `replies`, it ends by itself after so many messages of the device."""
        if on:
            self._left[fault] = replies
        else:
            self._left.pop(fault, None)

    def connect(self, receive: Callable[[bytes], None]) -> None:
        """Call `receive` with the driver's bytes."""
        self._receive = receive

    def set_baud(self, baud: int) -> None:
        """Pass the device's new speed on."""
        self._wire.set_baud(baud)

    def send(self, data: bytes) -> None:
        """Send one message of the device, damaged by the switched faults."""
        if self._takes(LineFault.SILENT):
            return
        if self._takes(LineFault.LATE_REPLY):
            self._held_back.append(data)
            if len(self._held_back) > 1:
                self._send_damaged(self._held_back.pop(0))
            return
        held_back, self._held_back = self._held_back, []
        for message in (*held_back, data):
            self._send_damaged(message)

    def _received(self, data: bytes) -> None:
        if self._takes(LineFault.LOCAL_ECHO):
            self._wire.send(data)
        if self._receive is not None:
            self._receive(data)

    def _send_damaged(self, message: bytes) -> None:
        damaged = bytearray(message)
        if self._takes(LineFault.GARBLE_BIT):
            damaged[self._random.randrange(len(damaged))] ^= 1 << self._random.randrange(8)
        if self._takes(LineFault.DROP_BYTE):
            del damaged[self._random.randrange(len(damaged))]
        if self._takes(LineFault.LEADING_JUNK):
            damaged[:0] = self._random.randbytes(JUNK_BYTES)
        copies = 2 if self._takes(LineFault.DUPLICATE_REPLY) else 1
        delay_s = SLOW_REPLY_S if self._takes(LineFault.SLOW_REPLY) else 0.0
        self._send_in_pieces(bytes(damaged) * copies, delay_s)

    def _send_in_pieces(self, data: bytes, delay_s: float) -> None:
        if self._takes(LineFault.SPLIT_BYTES):
            for index in range(len(data)):
                self._send_later(data[index : index + 1], delay_s + index * SPLIT_GAP_S)
        elif delay_s:
            self._send_later(data, delay_s)
        else:
            self._wire.send(data)

    def _send_later(self, data: bytes, delay_s: float) -> None:
        self._timers.call_after(delay_s, lambda: self._wire.send(data))

    def _takes(self, fault: LineFault) -> bool:
        if fault not in self._left:
            return False
        left = self._left[fault]
        if left is None:
            return True
        if left <= 1:
            del self._left[fault]
        else:
            self._left[fault] = left - 1
        return True
