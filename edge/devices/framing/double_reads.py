"""Decides which reads of a code are one showing: scanners and cameras repeat a code for as long as they see it.

Laws: a repeated code is suppressed until it has been out of sight for the whole window, counted from its last sighting, but never
after a completed passage.
"""

DEFAULT_WINDOW_S = 2.0
MAX_REMEMBERED = 16  # codes in one field of view; beyond it, the code unseen for longest is forgotten


class DoubleReads:
    """Remembers the codes in sight. Times are seconds of any monotonic clock."""

    def __init__(self, window_s: float = DEFAULT_WINDOW_S) -> None:
        self._window_s = window_s
        self._last_sighting_s: dict[bytes, float] = {}
        self.suppressed = 0

    def is_new(self, payload: bytes, now_s: float) -> bool:
        """Record a sighting; return whether it begins a showing."""
        last_s = self._last_sighting_s.pop(payload, None)
        self._last_sighting_s[payload] = now_s
        if len(self._last_sighting_s) > MAX_REMEMBERED:
            del self._last_sighting_s[next(iter(self._last_sighting_s))]
        if last_s is not None and now_s - last_s < self._window_s:
            self.suppressed += 1
            return False
        return True

    def forget(self) -> None:
        """Let every code count as new: a passage has completed."""
        self._last_sighting_s.clear()
