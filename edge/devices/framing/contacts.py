"""The meaning of polled contacts: a passage, the fire contact, a welded contact.

Source: PERCo and Castle turnstile manuals (PASS pulses of 100 to 500 ms; the fire contact is normally closed).
Laws: a level counts once it has certainly lasted longer than a glitch, with any jitter of polling; one pulse is one passage, even
if it bounces; a contact that is active at the first reading is no passage; an open fire loop is an alarm (law 8).
"""

from dataclasses import dataclass
from enum import StrEnum

GLITCH_S = 0.03
WELDED_AFTER_S = 5.0


class Change(StrEnum):
    """The change that a sample of a contact shows."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    WELDED = "welded"
    UNWELDED = "unwelded"


@dataclass(frozen=True, slots=True)
class Sample:
    """One reading of a level. The board took it between the request and the reply; seconds, monotonic."""

    active: bool
    asked_s: float
    answered_s: float


class Contact:
    """One input, debounced in both directions."""

    def __init__(self) -> None:
        self._active: bool | None = None
        self._since: Sample | None = None
        self._active_since_s = 0.0
        self._welded = False

    def take(self, sample: Sample) -> tuple[Change, ...]:
        """Take the next sample; return what changed. The first level that lasts is a starting point, not a change."""
        if self._since is None or self._since.active != sample.active:
            self._since = sample
        # Only bounds of the two moments are known: the level has certainly lasted for the shortest time between them.
        if sample.asked_s - self._since.answered_s <= GLITCH_S:
            return ()
        if sample.active != self._active:
            return self._settle(self._since)
        if sample.active and not self._welded and sample.asked_s - self._active_since_s > WELDED_AFTER_S:
            self._welded = True
            return (Change.WELDED,)
        return ()

    @property
    def is_active(self) -> bool | None:
        """The debounced level; None until one has lasted."""
        return self._active

    def interrupt(self) -> None:
        """Restart after a stretch without readings: an earlier level does not lengthen a later one."""
        self._since = None

    def _settle(self, since: Sample) -> tuple[Change, ...]:
        first = self._active is None
        self._active = since.active
        self._active_since_s = since.answered_s
        if since.active:
            return () if first else (Change.ACTIVE,)
        changes = (Change.UNWELDED,) if self._welded else ()
        self._welded = False
        return changes if first else (*changes, Change.INACTIVE)
