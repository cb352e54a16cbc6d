"""How old the cache may be, in steps that staff see on every screen.

Laws: age is counted against the visitor: uncertainty of the clock makes the cache older, never younger.
"""

from enum import StrEnum

from protocol.instants import MS_PER_MINUTE, MS_PER_SECOND

LIVE_MS = 90 * MS_PER_SECOND
OK_MS = 15 * MS_PER_MINUTE
LOCKED_FACTOR = 3
DEFAULT_AUTONOMY_S = 72 * 3600
MAX_TRUSTED_UNCERTAINTY_MS = 5 * MS_PER_MINUTE
DRIFT_PER_MILLION = 200


class Freshness(StrEnum):
    """How old the cache is, from fresh to locked: docs/glossary.md, *freshness*."""

    LIVE = "live"
    OK = "ok"
    OFFLINE = "offline"
    STALE = "stale"
    LOCKED = "locked"


def freshness(age_ms: int, uncertainty_ms: int, autonomy_s: int) -> Freshness:
    """Return the step for the age of the last signed timestamp."""
    oldest_ms = age_ms + uncertainty_ms
    autonomy_ms = autonomy_s * MS_PER_SECOND
    if oldest_ms <= min(LIVE_MS, autonomy_ms):
        return Freshness.LIVE
    if oldest_ms <= min(OK_MS, autonomy_ms):
        return Freshness.OK
    if oldest_ms <= autonomy_ms:
        return Freshness.OFFLINE
    if oldest_ms <= LOCKED_FACTOR * autonomy_ms:
        return Freshness.STALE
    return Freshness.LOCKED


def uncertainty_ms(last_known_ms: int, elapsed_ms: int) -> int:
    """Return the largest error of a clock that was right within `last_known_ms` and has drifted since at 200 ppm."""
    return last_known_ms + elapsed_ms * DRIFT_PER_MILLION // 1_000_000
