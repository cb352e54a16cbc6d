"""The eye of a simulated scanner: the code before it, at which it looks again for as long as it is there."""

from hardware_sims.timers import Cancellable, Timers

REREAD_S = 0.1


class ScannerEye:
    """What every simulated scanner extends: a code is held before it until somebody takes it away."""

    def __init__(self, timers: Timers) -> None:
        self._timers = timers
        self._shown: bytes | None = None
        self._next_read: Cancellable | None = None

    def show(self, code: bytes) -> None:
        """Hold a code before the scanner until `clear`; the scanner looks at once."""
        self.clear()
        self._shown = code
        self._look()

    def clear(self) -> None:
        """Take the code away."""
        self._shown = None
        self._cancel_look()

    def _look(self) -> None:
        """Read the code, if there is one."""
        raise NotImplementedError

    def _look_later(self) -> None:
        """Look again after the time of one read."""
        self._next_read = self._timers.call_after(REREAD_S, self._look)

    def _cancel_look(self) -> None:
        if self._next_read is not None:
            self._next_read.cancel()
            self._next_read = None
