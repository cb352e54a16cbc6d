"""Decides when to decode a picture: when it changed, and sometimes when it did not.

Laws: a picture that changed is decoded at once; a still one is decoded again after a pause that doubles up to a bound, because
noise or focus may let the next try succeed; while a code is in sight, it is read often enough that it does not count as a new
showing.
"""

STILL_PAUSE_S = 0.2  # between two glances at a still picture: a code may be noticed so late
FIRST_RELOOK_S = 0.3
LONGEST_RELOOK_S = 20.0
SIGHTING_S = 0.3


class Looks:
    """Decides about one glance after another. Times are seconds of any monotonic clock."""

    def __init__(self) -> None:
        self._relook_s = FIRST_RELOOK_S
        self._due_s = float("-inf")
        self._still = False

    @property
    def pause_s(self) -> float:
        """How long to wait before the next glance."""
        return STILL_PAUSE_S if self._still else 0.0

    def is_due(self, now_s: float, *, changed: bool) -> bool:
        """Take one glance; return whether to decode the picture; if so, the caller then calls `decoded`."""
        self._still = not changed
        if changed:
            self._relook_s = FIRST_RELOOK_S
        return changed or now_s >= self._due_s

    def decoded(self, now_s: float, *, found: bool) -> None:
        """Note the result of decoding."""
        if found:
            self._relook_s = FIRST_RELOOK_S
            self._due_s = now_s + SIGHTING_S
            return
        self._due_s = now_s + self._relook_s
        self._relook_s = min(2 * self._relook_s, LONGEST_RELOOK_S)
