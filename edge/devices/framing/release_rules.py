"""How to carry out one release over a wire that loses, repeats and echoes: computes the next step from the answers so far.

Laws: one release switches the relay at most once. The acknowledgement of a flash proves nothing (a half-duplex adapter echoes the
request): only the coil read back as on is proof. A second flash is sent only when the first cannot have switched: no
acknowledgement came in any form, and the coil was read twice as off while the pulse would still have lasted (twice, because one
late answer may belong to an earlier reading).
"""

from dataclasses import dataclass
from enum import StrEnum

MAX_FLASHES = 2
MAX_SILENT_READINGS = 3
OFF_READINGS_TO_BELIEVE = 2
PULSE_END_MARGIN_S = 0.05  # a board's timer is coarse: this close to its end, an off coil proves nothing


class Step(StrEnum):
    """What to do next."""

    FLASH = "flash"
    READ_BACK = "read back"
    RELEASED = "released"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The next step; `detail` says why a release has failed."""

    step: Step
    detail: str = ""


class ReleaseAttempt:
    """The state of one release. Times are seconds of any monotonic clock."""

    def __init__(self, pulse_s: float) -> None:
        self._pulse_s = pulse_s
        self._flashes = 0
        self._acknowledged = False
        self._flashed_at_s = 0.0
        self._off_readings = 0
        self._silent_readings = 0

    def begin(self, now_s: float) -> Outcome:
        """Return the first step; the driver takes it at `now_s`."""
        return self._flash(now_s)

    def acknowledged(self) -> Outcome:
        """Take the echo of the flash."""
        self._acknowledged = True
        return Outcome(Step.READ_BACK)

    def unacknowledged(self) -> Outcome:
        """Take the silence after the flash."""
        return Outcome(Step.READ_BACK)

    def refused(self, why: str) -> Outcome:
        """Take the board's exception to any request."""
        return Outcome(Step.FAILED, f"the relay board refused: {why}; check its model and wiring settings")

    def read_on(self) -> Outcome:
        """Take a reading of the coil as on."""
        return Outcome(Step.RELEASED)

    def read_nothing(self) -> Outcome:
        """Take the silence after a reading."""
        self._silent_readings += 1
        if self._silent_readings < MAX_SILENT_READINGS:
            return Outcome(Step.READ_BACK)
        return Outcome(Step.FAILED, "the relay board is silent; whether it switched is unknown: check its power and cable")

    def read_off(self, now_s: float) -> Outcome:
        """Take a reading of the coil as off, answered at `now_s`."""
        if now_s - self._flashed_at_s > self._pulse_s - PULSE_END_MARGIN_S:
            return Outcome(Step.FAILED, "the relay board answered too late to tell whether it switched: check its cable")
        self._off_readings += 1
        if self._off_readings < OFF_READINGS_TO_BELIEVE:
            return Outcome(Step.READ_BACK)
        if self._acknowledged:
            return Outcome(Step.FAILED, "the relay board acknowledged but its relay did not switch: replace the board")
        if self._flashes < MAX_FLASHES:
            return self._flash(now_s)
        return Outcome(Step.FAILED, f"the relay board did not take the command, sent {MAX_FLASHES} times: check its cable")

    def _flash(self, now_s: float) -> Outcome:
        self._flashes += 1
        self._flashed_at_s = now_s
        self._off_readings = 0
        return Outcome(Step.FLASH)
