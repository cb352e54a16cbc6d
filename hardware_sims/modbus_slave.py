"""The slave's side of Modbus RTU: finds the end of a frame and its unit, and decides when there is no answer.

Facts: Modbus over Serial Line V1.02. A frame ends with 3.5 characters of silence (fixed 1.75 ms above 19,200 baud). The slave
does not answer a bad checksum or another unit's frame, not even with an exception. Unit 0 is a broadcast.
"""

from collections.abc import Callable

from hardware_sims.checksums import modbus_crc
from hardware_sims.timers import Cancellable, Timers
from hardware_sims.wires import BITS_PER_BYTE, Wire

BROADCAST_UNIT = 0
MAX_FRAME_BYTES = 256
MIN_FRAME_BYTES = 4  # unit, function, checksum
FRAME_GAP_CHARACTERS = 3.5
FAST_BAUD = 19_200
FAST_FRAME_GAP_S = 0.00175


class ModbusSlave:
    """Cuts arriving bytes into frames and calls `answer(unit, pdu)` for each intact one; sends the PDU that it returns.

    `answer` returns None where the device stays silent. `reply_unit` returns the unit that answers.
    """

    def __init__(
        self,
        wire: Wire,
        timers: Timers,
        answer: Callable[[int, bytes], bytes | None],
        reply_unit: Callable[[], int],
        baud: int,
    ) -> None:
        self._wire = wire
        self._timers = timers
        self._answer = answer
        self._reply_unit = reply_unit
        self._buffer = bytearray()
        self._frame_end: Cancellable | None = None
        self.set_baud(baud)
        wire.connect(self._received)

    def set_baud(self, baud: int) -> None:
        """Follow the board's speed: the silence that ends a frame depends on it."""
        self._gap_s = FAST_FRAME_GAP_S if baud > FAST_BAUD else FRAME_GAP_CHARACTERS * BITS_PER_BYTE / baud

    def _received(self, data: bytes) -> None:
        self._buffer += data
        if self._frame_end is not None:
            self._frame_end.cancel()
        self._frame_end = self._timers.call_after(self._gap_s, self._frame_ended)

    def _frame_ended(self) -> None:
        frame = bytes(self._buffer)
        self._buffer.clear()
        if not MIN_FRAME_BYTES <= len(frame) <= MAX_FRAME_BYTES or modbus_crc(frame[:-2]) != frame[-2:]:
            return
        reply_unit = self._reply_unit()
        pdu = self._answer(frame[0], frame[1:-2])
        if pdu is None:
            return
        reply = bytes([reply_unit]) + pdu
        self._wire.send(reply + modbus_crc(reply))
