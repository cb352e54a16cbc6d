"""Computes the time at a gate, and how far it can be believed (law 11).

Laws: the clock never goes below its floor (last journal entry, last signed server time, build time); between signed times the
monotonic clock counts, so that a jump of the computer's clock changes nothing; uncertainty grows by 200 ppm of the time since the
last signed time, and over five minutes the clock is not trusted; where floor and signed time contradict each other, their
difference is added to the uncertainty. Pure: the caller reads both clocks.
"""

from dataclasses import dataclass, replace

from protocol.admission.freshness import MAX_TRUSTED_UNCERTAINTY_MS, uncertainty_ms
from protocol.instants import Instant
from protocol.journal.events import ClockReading

UNKNOWN_UNCERTAINTY_MS = MAX_TRUSTED_UNCERTAINTY_MS + 1


def is_trusted(reading: ClockReading) -> bool:
    """Whether decisions may depend on the time read."""
    return reading.uncertainty_ms <= MAX_TRUSTED_UNCERTAINTY_MS


@dataclass(frozen=True, slots=True)
class SignedTime:
    """A believed server time: right to `uncertainty_ms` when the monotonic clock showed `monotonic_ms`.

    `monotonic_ms` is None where it was believed before the computer restarted.
    """

    at: Instant
    uncertainty_ms: int
    monotonic_ms: int | None


@dataclass(frozen=True, slots=True)
class SiteClock:
    """The state from which a time is read."""

    floor: Instant
    signed: SignedTime | None = None

    def read(self, computer_at: Instant, monotonic_ms: int) -> ClockReading:
        """Return the time, given the computer's own clock and the monotonic one."""
        signed = self.signed
        if signed is None:
            return ClockReading(max(self.floor, computer_at), monotonic_ms, UNKNOWN_UNCERTAINTY_MS)
        if signed.monotonic_ms is not None and monotonic_ms >= signed.monotonic_ms:
            elapsed_ms = monotonic_ms - signed.monotonic_ms
            wall_at = Instant(max(self.floor, signed.at + elapsed_ms))
            ahead_ms = wall_at - signed.at - elapsed_ms
            return ClockReading(wall_at, monotonic_ms, uncertainty_ms(signed.uncertainty_ms, elapsed_ms) + ahead_ms)
        wall_at = max(self.floor, computer_at)
        behind_ms = wall_at - computer_at
        unsure_ms = uncertainty_ms(signed.uncertainty_ms, max(0, wall_at - signed.at)) + behind_ms
        return ClockReading(wall_at, monotonic_ms, unsure_ms)

    def believe(self, at: Instant, round_trip_ms: int, monotonic_ms: int) -> "SiteClock":
        """Return the clock after a signed server time that took `round_trip_ms` to fetch."""
        middle = Instant(at + round_trip_ms // 2)
        return SiteClock(max(self.floor, at), SignedTime(middle, round_trip_ms // 2 + 1, monotonic_ms))

    def raised(self, at: Instant) -> "SiteClock":
        """Return the clock with a floor of at least that time."""
        return replace(self, floor=max(self.floor, at))
