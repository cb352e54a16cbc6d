"""A swing gate's controller: 7E commands in, 7F statuses out, counters of bodies in both directions.

Facts, as published: A status of 18 bytes answers each command that is whole; other addresses and wrong sums get no answer. The
mechanics behind it are those of any arm (`turnstile`): opening pulses its unlock, its PASS contacts advance the counters.
"""

from collections.abc import Callable

from hardware_sims.timers import Timers
from hardware_sims.wires import Wire

COMMAND_HEAD, STATUS_HEAD = 0x7E, 0x7F
COMMAND_BYTES = 8
COUNTER_STEPS = 1 << 24
CHECK_SUM = 0xFF
LEFT_OPEN, RIGHT_OPEN, RESET_LEFT, RESET_RIGHT = 0x80, 0x82, 0x20, 0x21
UNLOCK_S = 0.15
LEFT, RIGHT = 0, 1


class SwingGateBoard:
    """The controller. Implements `turnstile.Contacts`: relay 0 unlocks to the left, 1 to the right, inputs alike."""

    def __init__(self, wire: Wire, timers: Timers, *, address: int = 1) -> None:
        self.counters = [0, 0]
        self.openings = [0, 0]
        self.fault = self.alarm = 0
        self._wire = wire
        self._timers = timers
        self._address = address
        self._inputs = [False, False]
        self._listeners: list[Callable[[int, bool], None]] = []
        self._buffer = bytearray()
        wire.connect(self._received)

    def on_contact(self, listener: Callable[[int, bool], None]) -> None:
        """Call `listener(channel, closed)` when the controller unlocks a side."""
        self._listeners.append(listener)

    def set_input(self, channel: int, *, closed: bool) -> None:
        """Let a body pass: its side's counter advances when the contact closes."""
        if channel not in (LEFT, RIGHT):
            return
        if closed and not self._inputs[channel]:
            self.counters[channel] = (self.counters[channel] + 1) % COUNTER_STEPS
        self._inputs[channel] = closed

    def _received(self, data: bytes) -> None:
        self._buffer += data
        while len(self._buffer) >= COMMAND_BYTES:
            frame = bytes(self._buffer[:COMMAND_BYTES])
            whole = frame[0] == COMMAND_HEAD and sum(frame) & 0xFF == CHECK_SUM
            del self._buffer[: COMMAND_BYTES if whole else 1]
            if whole and frame[2] == self._address:
                self._obey(frame[3], frame[4])
                self._tell(frame[3])

    def _obey(self, command: int, persons: int) -> None:
        if command in (LEFT_OPEN, RIGHT_OPEN):
            side = LEFT if command == LEFT_OPEN else RIGHT
            self.openings[side] += max(1, persons)
            self._move(side, closed=True)
            self._timers.call_after(UNLOCK_S, lambda: self._move(side, closed=False))
        elif command in (RESET_LEFT, RESET_RIGHT):
            self.counters[command - RESET_LEFT] = 0

    def _move(self, side: int, *, closed: bool) -> None:
        for listener in self._listeners:
            listener(side, closed)

    def _tell(self, command: int) -> None:
        left, right = (count.to_bytes(3, "big") for count in self.counters)
        body = bytes([STATUS_HEAD, 1, self._address, self.fault, 0, self.alarm]) + left + right + bytes([0, command, 120, 0, 0])
        self._wire.send(body + bytes([(CHECK_SUM - sum(body)) & 0xFF]))
