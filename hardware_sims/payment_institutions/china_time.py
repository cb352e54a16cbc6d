"""The institutions' time: epoch milliseconds inside, Beijing time (UTC+8, no summer time) on every wire and bill.

Laws: one source of time, the injected timers; wall time is their seconds counted from a given start.
"""

from datetime import date, datetime, timedelta, timezone

from hardware_sims.timers import Timers

BEIJING = timezone(timedelta(hours=8))
SECOND_MS = 1_000
MINUTE_MS = 60 * SECOND_MS
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS


class WallClock:
    """Epoch milliseconds that pass as the timers do."""

    def __init__(self, timers: Timers, started_at_ms: int) -> None:
        self._timers = timers
        self._started_at_ms = started_at_ms
        self._started_s = timers.now_s()

    def now_ms(self) -> int:
        """Give the present in milliseconds since the epoch."""
        return self._started_at_ms + round((self._timers.now_s() - self._started_s) * SECOND_MS)


def beijing_time(at_ms: int) -> datetime:
    """The moment on a clock in Beijing."""
    return datetime.fromtimestamp(at_ms / SECOND_MS, BEIJING)


def beijing_day(at_ms: int) -> date:
    """The day in Beijing."""
    return beijing_time(at_ms).date()


def stamp(at_ms: int) -> str:
    """As 2026-11-23 20:33:45: bills and Alipay."""
    return beijing_time(at_ms).strftime("%Y-%m-%d %H:%M:%S")


def rfc3339(at_ms: int) -> str:
    """As 2026-11-23T20:33:45+08:00: WeChat Pay."""
    return beijing_time(at_ms).isoformat(timespec="seconds")


def yuan(fen: int) -> str:
    """As 12.30, or -0.05."""
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100}.{abs(fen) % 100:02d}"
