"""When a picture is worth decoding: when it changed, and now and then when it did not.

Laws: a picture that changed is decoded at once; a still one is decoded again after a pause that doubles up to a bound, because
noise or focus may let the next try succeed; while a code is in sight it is sighted often enough not to count as shown anew.
"""

STILL_PAUSE_S = 0.2  # between two glances at a still picture: so late may a code be noticed
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
        """Take one glance; return whether the picture is to be decoded, after which `decoded` is told."""
        self._still = not changed
        if changed:
            self._relook_s = FIRST_RELOOK_S
        return changed or now_s >= self._due_s

    def decoded(self, now_s: float, *, found: bool) -> None:
        """Note what decoding brought."""
        if found:
            self._relook_s = FIRST_RELOOK_S
            self._due_s = now_s + SIGHTING_S
            return
        self._due_s = now_s + self._relook_s
        self._relook_s = min(2 * self._relook_s, LONGEST_RELOOK_S)
