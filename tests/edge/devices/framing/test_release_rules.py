"""One release switches the relay at most once, with any fault of the wire."""

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.devices.framing.release_rules import MAX_FLASHES, Outcome, ReleaseAttempt, Step

PULSE_S = 0.5
REPLY_LIMIT_S = 0.1


@dataclass(slots=True)
class Wire:
    """A board behind a wire with one fault per transaction."""

    request_lost: list[bool]
    reply_lost: list[bool]
    reply_late: list[bool]
    echoes: bool
    delays_s: list[float]
    stale_off: bool
    now_s: float = 0.0
    switched_at_s: list[float] = field(default_factory=list)
    held_back: list[bool] = field(default_factory=list)

    def is_on(self) -> bool:
        return any(at_s <= self.now_s < at_s + PULSE_S for at_s in self.switched_at_s)

    def flash(self, attempt: ReleaseAttempt) -> Outcome:
        request_lost, reply_lost = self.request_lost.pop(), self.reply_lost.pop()
        self.reply_late.pop()
        if not request_lost:
            self.switched_at_s.append(self.now_s)
        if self.echoes or not (request_lost or reply_lost):
            self.now_s += self.delays_s.pop()
            return attempt.acknowledged()
        self.now_s += REPLY_LIMIT_S
        return attempt.unacknowledged()

    def read_back(self, attempt: ReleaseAttempt) -> Outcome:
        lost = self.request_lost.pop() or self.reply_lost.pop()
        if self.stale_off:
            self.stale_off = False
            self.held_back.append(False)
        if not lost:
            self.held_back.append(self.is_on())
        late = self.reply_late.pop() and len(self.held_back) == 1
        if late or not self.held_back:
            self.now_s += REPLY_LIMIT_S
            return attempt.read_nothing()
        self.now_s += self.delays_s.pop()
        return attempt.read_on() if self.held_back.pop(0) else attempt.read_off(self.now_s)


def release(wire: Wire) -> Outcome:
    attempt = ReleaseAttempt(PULSE_S)
    outcome = attempt.begin(wire.now_s)
    while outcome.step in (Step.FLASH, Step.READ_BACK):
        outcome = wire.flash(attempt) if outcome.step is Step.FLASH else wire.read_back(attempt)
    return outcome


def fates(count: int = 20) -> st.SearchStrategy[list[bool]]:
    return st.lists(st.booleans(), min_size=count, max_size=count)


@pytest.mark.law(1)
@given(
    request_lost=fates(),
    reply_lost=fates(),
    reply_late=fates(),
    echoes=st.booleans(),
    delays_s=st.lists(st.floats(0.001, REPLY_LIMIT_S), min_size=20, max_size=20),
    stale_off=st.booleans(),
)
def test_the_relay_switches_at_most_once_and_a_success_is_real(
    *,
    request_lost: list[bool],
    reply_lost: list[bool],
    reply_late: list[bool],
    echoes: bool,
    delays_s: list[float],
    stale_off: bool,
) -> None:
    wire = Wire(request_lost, reply_lost, reply_late, echoes, delays_s, stale_off)
    outcome = release(wire)
    assert len(wire.switched_at_s) <= 1
    assert outcome.step is Step.FAILED or len(wire.switched_at_s) == 1
    assert wire.now_s <= (MAX_FLASHES + 7) * REPLY_LIMIT_S


def begun() -> ReleaseAttempt:
    attempt = ReleaseAttempt(PULSE_S)
    assert attempt.begin(0.0).step is Step.FLASH
    return attempt


def test_an_acknowledgement_alone_is_no_release() -> None:
    assert begun().acknowledged().step is Step.READ_BACK


def test_an_acknowledged_flash_that_did_not_switch_is_not_repeated() -> None:
    attempt = begun()
    attempt.acknowledged()
    assert [attempt.read_off(0.05).step, attempt.read_off(0.1).step] == [Step.READ_BACK, Step.FAILED]


def test_a_lost_flash_is_repeated_once_when_the_coil_is_twice_off() -> None:
    attempt = begun()
    attempt.unacknowledged()
    assert [attempt.read_off(0.15).step, attempt.read_off(0.2).step] == [Step.READ_BACK, Step.FLASH]
    attempt.unacknowledged()
    assert [attempt.read_off(0.35).step, attempt.read_off(0.4).step] == [Step.READ_BACK, Step.FAILED]


def test_an_off_coil_after_the_pulse_proves_nothing() -> None:
    attempt = begun()
    attempt.unacknowledged()
    assert attempt.read_off(0.46).step is Step.FAILED


def test_a_silent_board_is_never_flashed_again() -> None:
    attempt = begun()
    attempt.unacknowledged()
    assert [attempt.read_nothing().step for _ in range(3)] == [Step.READ_BACK, Step.READ_BACK, Step.FAILED]


def test_an_exception_ends_the_release() -> None:
    assert begun().refused("exception 02").step is Step.FAILED
