"""Keeps the agent's clock: reads the computer's two clocks, believes signed times, and stores the floor on disk.

Laws: time comes only from the two given functions (law 11); the floor only rises, and only to trusted times: a computer's clock
that was years ahead must not close the gate for years.
"""

from collections.abc import Callable

from edge.trust.site_clock import SignedTime, SiteClock, is_trusted
from edge.trust.store import TrustStore
from protocol.instants import MS_PER_SECOND, Clock, Instant
from protocol.journal.events import ClockReading, ClockStep

AFTER_RESTART_UNCERTAINTY_MS = 2 * MS_PER_SECOND
STEP_WORTH_TELLING_MS = 1 * MS_PER_SECOND


class Timekeeper:
    """One per agent. `built_at` is a time that is certainly past."""

    def __init__(self, store: TrustStore, built_at: Instant, computer: Clock, monotonic_ms: Callable[[], int]) -> None:
        self._store = store
        self._computer = computer
        self._monotonic_ms = monotonic_ms
        signed_at = store.signed_time()
        signed = None if signed_at is None else SignedTime(signed_at, AFTER_RESTART_UNCERTAINTY_MS, None)
        self._clock = SiteClock(max(store.floor(), built_at), signed)

    def monotonic_ms(self) -> int:
        """Return milliseconds that only go forward."""
        return self._monotonic_ms()

    def reading(self) -> ClockReading:
        """Return the time now."""
        return self._clock.read(self._computer(), self._monotonic_ms())

    def believe(self, at: Instant, round_trip_ms: int) -> ClockStep | None:
        """Take a signed server time and its request's duration; return the step where the clock moved by more than a second."""
        before = self.reading()
        self._clock = self._clock.believe(at, round_trip_ms, self._monotonic_ms())
        self._store.note_signed_time(at)
        after = self.reading()
        if abs(after.wall_at - before.wall_at) <= STEP_WORTH_TELLING_MS:
            return None
        return ClockStep(before.wall_at, after.wall_at, "server")

    def keep(self) -> None:
        """Keep the present time as the floor, so that the clock does not go back over a restart."""
        reading = self.reading()
        if is_trusted(reading):
            self._clock = self._clock.raised(reading.wall_at)
            self._store.raise_floor(reading.wall_at)

    def follow(self, last: ClockReading | None) -> None:
        """Raise the floor to the journal's last entry, where its clock was trusted."""
        if last is not None and is_trusted(last):
            self._clock = self._clock.raised(last.wall_at)
