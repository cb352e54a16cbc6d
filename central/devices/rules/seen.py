"""How long an agent has been silent, in steps that staff see: pure.

Laws: the steps are those of a cache (`protocol.admission.freshness`): what is not heard of for longer cannot be fresh.
"""

from enum import StrEnum

from protocol.admission.freshness import LIVE_MS, OK_MS
from protocol.instants import Instant

# An agent that was not seen for longer is silent.
LATE_AFTER_MS, SILENT_AFTER_MS = LIVE_MS, OK_MS


class Seen(StrEnum):
    """When an agent was seen last: within 90 s, within 15 minutes, or before."""

    FRESH = "fresh"
    LATE = "late"
    SILENT = "silent"


def seen(last_seen_at: Instant, now: Instant) -> Seen:
    """Return the step; a clock that stepped back makes no agent late."""
    age_ms = now - last_seen_at
    if age_ms <= LATE_AFTER_MS:
        return Seen.FRESH
    return Seen.LATE if age_ms <= SILENT_AFTER_MS else Seen.SILENT


def seen_between(step: Seen, now: Instant) -> tuple[Instant | None, Instant | None]:
    """Return the bounds of a step: last seen at or after the first, and before the second (None: no bound)."""
    late_from, silent_from = Instant(now - LATE_AFTER_MS), Instant(now - SILENT_AFTER_MS)
    return {Seen.FRESH: (late_from, None), Seen.LATE: (silent_from, late_from), Seen.SILENT: (None, silent_from)}[step]
