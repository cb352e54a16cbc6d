"""The clock of a gate: never below its floor, unmoved by the computer's jumps, and honest about its doubt (law 11)."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.trust.site_clock import SignedTime, SiteClock, is_trusted
from edge.trust.store import TrustStore
from edge.trust.timekeeper import Timekeeper
from protocol.instants import Instant
from protocol.journal.events import ClockReading, ClockStep

pytestmark = pytest.mark.law(11)

BUILT = Instant(1_793_491_200_000)
NOW = Instant(BUILT + 90 * 86_400_000)
YEAR_MS = 366 * 86_400_000
MINUTE_MS = 60_000
times = st.integers(0, BUILT + 20 * YEAR_MS).map(Instant)
short = st.integers(0, 30 * 86_400_000)
signed_times = st.builds(SignedTime, times, st.integers(0, 20_000), st.none() | short)
clocks = st.builds(SiteClock, times, st.none() | signed_times)


@given(clocks, times, short)
def test_no_reading_is_below_the_floor(clock: SiteClock, computer: Instant, monotonic_ms: int) -> None:
    assert clock.read(computer, monotonic_ms).wall_at >= clock.floor


@given(times, short, short, times, times)
def test_a_jump_of_the_computer_changes_nothing_once_a_time_was_signed(
    at: Instant, believed_ms: int, elapsed_ms: int, before: Instant, after: Instant
) -> None:
    clock = SiteClock(BUILT).believe(at, 40, believed_ms)
    assert clock.read(before, believed_ms + elapsed_ms) == clock.read(after, believed_ms + elapsed_ms)


@given(clocks, times, short, short)
def test_time_goes_on_and_doubt_grows_with_it(clock: SiteClock, computer: Instant, monotonic_ms: int, more_ms: int) -> None:
    clock = clock.believe(computer, 40, monotonic_ms)
    early, late = clock.read(computer, monotonic_ms), clock.read(computer, monotonic_ms + more_ms)
    assert late.wall_at >= early.wall_at
    if early.wall_at > clock.floor:
        assert late.uncertainty_ms >= early.uncertainty_ms


@given(times, st.integers(0, 20_000), short, short)
def test_the_true_time_is_within_the_doubt(true_at: Instant, round_trip_ms: int, monotonic_ms: int, elapsed_ms: int) -> None:
    """With any delay of the answer, and with a clock that drifts by up to 200 ppm."""
    answered_ms = round_trip_ms // 3
    clock = SiteClock(Instant(0)).believe(Instant(true_at + answered_ms), round_trip_ms, monotonic_ms + round_trip_ms)
    reading = clock.read(Instant(0), monotonic_ms + round_trip_ms + elapsed_ms)
    true_now = true_at + round_trip_ms + elapsed_ms
    drift_ms = elapsed_ms * 200 // 1_000_000
    for really in (true_now - drift_ms, true_now + drift_ms):
        assert abs(really - reading.wall_at) <= reading.uncertainty_ms + 1


@given(clocks, times, st.integers(0, 20_000), short)
def test_believing_a_time_never_lowers_the_floor(clock: SiteClock, at: Instant, round_trip_ms: int, monotonic_ms: int) -> None:
    after = clock.believe(at, round_trip_ms, monotonic_ms)
    assert after.floor >= max(clock.floor, at)


@pytest.mark.parametrize(
    ("off_ms", "trusted"),
    [
        (0, True),
        (-4 * MINUTE_MS, True),
        (-6 * MINUTE_MS, False),
        (-10 * YEAR_MS, False),
        (86_400_000, True),
        (30 * 86_400_000, False),
        (10 * YEAR_MS, False),
    ],
)
def test_after_a_restart_without_central_a_computer_that_is_far_off_is_not_trusted(off_ms: int, *, trusted: bool) -> None:
    clock = SiteClock(NOW, SignedTime(NOW, 2_000, None))
    assert is_trusted(clock.read(Instant(NOW + off_ms), 5)) is trusted


def test_without_a_signed_time_no_clock_is_trusted() -> None:
    assert not is_trusted(SiteClock(BUILT).read(NOW, 5))


def test_a_floor_that_contradicts_central_is_doubt_and_not_a_wrong_time() -> None:
    clock = SiteClock(Instant(NOW + YEAR_MS)).believe(NOW, 40, 0)
    assert not is_trusted(clock.read(NOW, 0))
    assert is_trusted(SiteClock(Instant(NOW + MINUTE_MS)).believe(NOW, 40, 0).read(NOW, 0))


class Computer:
    """The two clocks of a computer, set by hand, and the agent's trust store on it."""

    def __init__(self, directory: Path) -> None:
        self.path = directory / "trust.db"
        self.at, self.monotonic_ms = NOW, 1_000
        self.store = TrustStore(self.path)
        self.keeper = self.started()

    def started(self) -> Timekeeper:
        return Timekeeper(self.store, BUILT, lambda: self.at, lambda: self.monotonic_ms)

    def restart(self, *, off_ms: int = 0) -> Timekeeper:
        self.store.close()
        self.store = TrustStore(self.path)
        self.at, self.monotonic_ms = Instant(self.at + off_ms), 10
        self.keeper = self.started()
        return self.keeper


@pytest.fixture
def computer(tmp_path: Path) -> Computer:
    return Computer(tmp_path)


def test_a_restart_does_not_go_back_below_what_was_kept(computer: Computer) -> None:
    computer.keeper.believe(NOW, 40)
    computer.monotonic_ms += 3_600_000
    computer.keeper.keep()
    kept = computer.keeper.reading().wall_at
    assert computer.restart(off_ms=-YEAR_MS).reading().wall_at == kept


def test_a_clock_years_ahead_does_not_become_the_floor(computer: Computer) -> None:
    computer.at = Instant(NOW + 10 * YEAR_MS)
    computer.keeper.keep()
    computer.at = NOW
    step = computer.restart().believe(NOW, 40)
    assert step is None
    assert is_trusted(computer.keeper.reading())


@pytest.mark.parametrize(("uncertainty_ms", "followed"), [(10, True), (6 * MINUTE_MS, False)])
def test_the_last_entry_of_the_journal_is_a_floor_where_its_clock_was_trusted(
    computer: Computer, uncertainty_ms: int, *, followed: bool
) -> None:
    last = Instant(NOW + 3 * MINUTE_MS)
    computer.keeper.follow(ClockReading(last, 5, uncertainty_ms))
    assert (computer.keeper.reading().wall_at == last) is followed


def test_a_step_of_the_clock_is_told(computer: Computer) -> None:
    at = Instant(NOW + 10 * MINUTE_MS)
    step = computer.keeper.believe(at, 40)
    assert step == ClockStep(NOW, Instant(at + 20), "server")
    assert computer.keeper.believe(Instant(at + 100), 40) is None
