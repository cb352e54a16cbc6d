"""An LCUS serial relay board: frames `A0 channel op sum`, state in its firmware's form. Its supply is the USB cable.

Facts, as published: The board does not answer on and off, and ignores a frame with a wrong sum; `FF` asks for the state, and the
answer is text, one byte per channel, or missing. There are no inputs and no timer: a relay that is on stays on until the next
command.
"""

from collections.abc import Callable
from enum import StrEnum

from hardware_sims.relay_contacts import RelayContacts
from hardware_sims.wires import Wire

HEAD, ASK = 0xA0, 0xFF
FRAME_BYTES = 4


class StateAnswer(StrEnum):
    """The firmware's answer to `FF`."""

    NONE = "none"
    TEXT = "text"
    BYTES = "bytes"


class LcusFault(StrEnum):
    """The faults of a board while its line works."""

    DEAF = "deaf"  # commands do nothing


class LcusBoard:
    """The board. Implements `turnstile.Contacts`; it has no inputs."""

    def __init__(self, wire: Wire, *, channels: int = 2, state: StateAnswer = StateAnswer.NONE) -> None:
        self.faults: set[LcusFault] = set()
        self.relays = RelayContacts(channels)
        self.commands: list[bytes] = []
        self._wire = wire
        self._state = state
        self._buffer = bytearray()
        wire.connect(self._received)

    def on_contact(self, listener: Callable[[int, bool], None]) -> None:
        """Call `listener(channel, closed)` whenever a contact moves."""
        self.relays.on_contact(listener)

    def set_input(self, channel: int, *, closed: bool) -> None:
        """Do nothing: the board has no terminals for it."""

    def power(self, *, on: bool) -> None:
        """Cut or restore the supply, as the cable does; without it relays drop."""
        if not on:
            self.relays.drop()
            self._buffer.clear()

    def _received(self, data: bytes) -> None:
        self._buffer += data
        while self._buffer:
            if self._buffer[0] == ASK:
                del self._buffer[:1]
                self._tell()
            elif self._buffer[0] != HEAD:
                del self._buffer[:1]
            elif len(self._buffer) < FRAME_BYTES:
                return
            else:
                frame = bytes(self._buffer[:FRAME_BYTES])
                obeyed = self._obey(frame)
                del self._buffer[: FRAME_BYTES if obeyed else 1]

    def _obey(self, frame: bytes) -> bool:
        channel, op = frame[1] - 1, frame[2]
        if sum(frame[:3]) & 0xFF != frame[3] or not 0 <= channel < len(self.relays.coils) or op > 1:
            return False
        self.commands.append(frame)
        if LcusFault.DEAF not in self.faults:
            self.relays.command(channel, on=bool(op))
        return True

    def _tell(self) -> None:
        coils = self.relays.coils
        if self._state is StateAnswer.TEXT:
            self._wire.send(b"".join(f"CH{n}:{'ON' if on else 'OFF'} \r\n".encode() for n, on in enumerate(coils, 1)))
        elif self._state is StateAnswer.BYTES:
            self._wire.send(bytes(coils))
