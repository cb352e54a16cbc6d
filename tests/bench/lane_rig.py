"""A simulated lane at 115,200 baud whose two wires note when bytes pass: the last byte of a code, a relay command."""

from collections.abc import Callable
from pathlib import Path

from hardware_sims.relay_board import WRITE_COIL, RelayBoard
from hardware_sims.scanner import Scanner
from hardware_sims.timers import Cancellable, LoopTimers
from hardware_sims.turnstile import Turnstile
from hardware_sims.wires import PtyWire
from tests.bench.measuring import now_s

BAUD = 115_200
_FUNCTION_AT = 1


class StampedTimers(LoopTimers):
    """The loop's timers; `last_s` is when the last due action began: on a paced wire, the sending of bytes."""

    def __init__(self) -> None:
        super().__init__()
        self.last_s = 0.0

    def call_after(self, delay_s: float, action: Callable[[], None]) -> Cancellable:
        """Do `action` later, and note when."""

        def stamped() -> None:
            self.last_s = now_s()
            action()

        return super().call_after(delay_s, stamped)


class StampedWire:
    """A wire: `heard_s` is when bytes last came, `commands` when each relay command came."""

    def __init__(self, wire: PtyWire) -> None:
        self.heard_s = 0.0
        self.commands: list[float] = []
        self._wire = wire

    def connect(self, receive: Callable[[bytes], None]) -> None:
        """See `wires.Wire`."""

        def stamped(data: bytes) -> None:
            self.heard_s = now_s()
            if len(data) > _FUNCTION_AT and data[_FUNCTION_AT] == WRITE_COIL:
                self.commands.append(self.heard_s)
            receive(data)

        self._wire.connect(stamped)

    def send(self, data: bytes) -> None:
        """See `wires.Wire`."""
        self._wire.send(data)

    def set_baud(self, baud: int) -> None:
        """See `wires.Wire`."""
        self._wire.set_baud(baud)


class LaneRig:
    """Relay board with turnstile, and scanner, under DIR/relay and DIR/scanner. Make it on a running loop."""

    def __init__(self, directory: Path) -> None:
        timers, self.scanner_timers = LoopTimers(), StampedTimers()
        self._wires = (
            PtyWire(directory / "relay", timers, baud=BAUD, paced=True),
            PtyWire(directory / "scanner", self.scanner_timers, baud=BAUD, paced=True),
        )
        self.relay_wire = StampedWire(self._wires[0])
        self.turnstile = Turnstile(RelayBoard(self.relay_wire, timers, baud=BAUD), timers)
        self.scanner = Scanner(self._wires[1], timers)

    def plug(self) -> None:
        """Plug both cables in."""
        for wire in self._wires:
            wire.plug()

    def unplug(self) -> None:
        """Pull both cables."""
        self.scanner.clear()
        for wire in self._wires:
            wire.unplug()
