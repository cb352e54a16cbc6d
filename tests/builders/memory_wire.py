"""A wire in memory: what a simulated device sends is kept, what a test delivers arrives at once."""

from collections.abc import Callable


class MemoryWire:
    """Implements hardware_sims.wires.Wire."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.bauds: list[int] = []
        self._receive: Callable[[bytes], None] | None = None

    def connect(self, receive: Callable[[bytes], None]) -> None:
        self._receive = receive

    def send(self, data: bytes) -> None:
        self.sent.append(data)

    def set_baud(self, baud: int) -> None:
        self.bauds.append(baud)

    def deliver(self, data: bytes) -> None:
        """Let the device receive these bytes."""
        assert self._receive is not None, "no device is connected"
        self._receive(data)

    def take(self) -> bytes:
        """Return all that was sent since the last time."""
        taken = b"".join(self.sent)
        self.sent.clear()
        return taken
