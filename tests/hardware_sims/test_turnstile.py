"""The arm and its contacts, in virtual time, controlled only by relays."""

import pytest

from hardware_sims.timers import VirtualTimers
from hardware_sims.turnstile import Direction, Motion, Turnstile, Wiring
from tests.builders.contacts import Contacts

ENTRY, EXIT = Direction.ENTRY, Direction.EXIT


class Bench:
    def __init__(self, wiring: Wiring | None = None) -> None:
        self.contacts, self.timers = Contacts(), VirtualTimers()
        self.arm = Turnstile(self.contacts, self.timers, wiring)

    def release(self, relay: int = 0, pulse_s: float = 0.5) -> None:
        self.contacts.relay(relay, True)
        self.timers.advance(pulse_s)
        self.contacts.relay(relay, False)

    def edges(self, channel: int, seconds: float) -> list[bool]:
        """The levels of an input, sampled every 10 ms."""
        levels = [self.contacts.closed(channel)]
        for _ in range(round(seconds / 0.01)):
            self.timers.advance(0.01)
            if self.contacts.closed(channel) != levels[-1]:
                levels.append(self.contacts.closed(channel))
        return levels


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.mark.parametrize(("relay", "direction", "channel"), [(0, ENTRY, 0), (1, EXIT, 1)])
def test_one_release_lets_one_body_through_and_its_contact_pulses_200_ms(
    bench: Bench, relay: int, direction: Direction, channel: int
) -> None:
    bench.release(relay)
    assert bench.arm.push(direction)
    assert bench.contacts.closed(channel)
    bench.timers.advance(0.19)
    assert bench.contacts.closed(channel)
    bench.timers.advance(0.02)
    assert not bench.contacts.closed(channel)
    assert not bench.arm.push(direction), "the release is used up"
    assert (bench.arm.releases(direction), bench.arm.passages(direction)) == (1, 1)


def test_a_locked_arm_holds_and_nothing_signals(bench: Bench) -> None:
    assert not bench.arm.push(ENTRY)
    assert bench.edges(0, 1.0) == [False]
    assert [movement.motion for movement in bench.arm.history] == [Motion.BLOCKED]


def test_a_release_is_for_its_direction_only(bench: Bench) -> None:
    bench.release(relay=0)
    assert not bench.arm.push(EXIT)
    assert bench.arm.push(ENTRY)


@pytest.mark.parametrize(("pulse_s", "releases"), [(0.09, 0), (0.1, 1), (5.0, 1)])
def test_pulses_below_100_ms_are_not_seen(bench: Bench, pulse_s: float, releases: int) -> None:
    bench.release(pulse_s=pulse_s)
    bench.timers.advance(1)
    assert bench.arm.releases(ENTRY) == releases


@pytest.mark.parametrize("pulse_s", [0.2, 4.0])
def test_the_arm_locks_5_s_after_its_release_by_any_pulse(bench: Bench, pulse_s: float) -> None:
    bench.release(pulse_s=pulse_s)
    bench.timers.advance(5.09 - pulse_s)
    assert bench.arm.open_to(ENTRY)
    bench.timers.advance(0.02)
    assert not bench.arm.push(ENTRY), "too late"
    assert [movement.motion for movement in bench.arm.history] == [Motion.RELEASED, Motion.RELOCKED, Motion.BLOCKED]
    assert bench.arm.history[1].at_s == pytest.approx(5.1)


def test_a_second_pulse_is_counted_but_lets_no_second_body_through(bench: Bench) -> None:
    bench.release()
    bench.release()
    assert bench.arm.releases(ENTRY) == 2
    assert bench.arm.push(ENTRY)
    assert not bench.arm.push(ENTRY)


def test_a_slow_body_signals_after_the_wait_has_ended(bench: Bench) -> None:
    bench.release()
    bench.timers.advance(4)
    assert bench.arm.push(ENTRY, travel_s=2.0)
    assert bench.edges(0, 1.9) == [False]
    assert bench.edges(0, 1.0) == [False, True, False]


def test_a_tailgater_makes_two_pulses_on_one_release(bench: Bench) -> None:
    bench.release()
    assert bench.arm.tailgate(ENTRY)
    assert bench.edges(0, 2.0) == [True, False, True, False]
    assert (bench.arm.releases(ENTRY), bench.arm.passages(ENTRY)) == (1, 2)


def test_who_comes_through_the_other_way_uses_the_release(bench: Bench) -> None:
    bench.release()
    assert bench.arm.reverse(ENTRY)
    assert bench.contacts.inputs[:2] == [False, True]
    assert not bench.arm.open_to(ENTRY)
    assert not bench.arm.reverse(ENTRY)


def test_an_intruder_signals_without_a_release(bench: Bench) -> None:
    bench.arm.force(ENTRY)
    assert bench.edges(0, 1.0) == [True, False]
    assert (bench.arm.releases(ENTRY), bench.arm.passages(ENTRY)) == (0, 1)


def test_a_glitch_is_30_ms_and_no_passage(bench: Bench) -> None:
    bench.arm.glitch(ENTRY)
    bench.timers.advance(0.029)
    assert bench.contacts.closed(0)
    bench.timers.advance(0.002)
    assert not bench.contacts.closed(0)
    assert bench.arm.passages(ENTRY) == 0


def test_a_pulse_may_be_shorter_than_a_poll(bench: Bench) -> None:
    bench.release()
    bench.arm.push(ENTRY, pulse_s=0.015)
    bench.timers.advance(0.016)
    assert not bench.contacts.closed(0)


def test_a_welded_contact_signals_until_mended(bench: Bench) -> None:
    bench.arm.weld(ENTRY, on=True)
    bench.release()
    bench.arm.push(ENTRY)
    assert bench.edges(0, 10) == [True]
    bench.arm.weld(ENTRY, on=False)
    assert not bench.contacts.closed(0)


def test_while_the_zone_is_occupied_the_wait_is_paused(bench: Bench) -> None:
    bench.release()
    bench.arm.occupy(on=True)
    bench.timers.advance(60)
    assert bench.arm.open_to(ENTRY)
    bench.arm.occupy(on=False)
    bench.timers.advance(5.1)
    assert not bench.arm.open_to(ENTRY)


@pytest.mark.law(8)
def test_fire_frees_both_directions_and_no_relay_is_asked(bench: Bench) -> None:
    assert bench.contacts.closed(2), "at rest the normally closed contact is closed"
    bench.arm.set_fire(on=True)
    assert not bench.contacts.closed(2)
    assert all(bench.arm.push(direction) for direction in (ENTRY, EXIT, ENTRY))
    bench.arm.set_fire(on=False)
    assert bench.contacts.closed(2)
    assert not bench.arm.push(EXIT)


def test_polarity_is_as_wired() -> None:
    bench = Bench(Wiring(pass_normally_closed=True, fire_normally_closed=False))
    assert bench.contacts.inputs[:3] == [True, True, False]
    bench.arm.set_fire(on=True)
    bench.arm.push(ENTRY)
    assert bench.contacts.inputs[:3] == [False, True, True]


@pytest.mark.parametrize("normally_closed", [True, False])
def test_without_power_every_contact_is_open_and_the_arm_is_free(normally_closed: bool) -> None:  # noqa: FBT001 - a table's column
    bench = Bench(Wiring(pass_normally_closed=normally_closed))
    bench.arm.power(on=False)
    assert bench.contacts.inputs[:3] == [False, False, False]
    assert bench.arm.push(ENTRY)
    bench.arm.power(on=True)
    bench.timers.advance(1)
    assert bench.contacts.inputs[:3] == [normally_closed, normally_closed, True]
    assert not bench.arm.push(ENTRY)


def test_listeners_hear_each_movement_with_its_time(bench: Bench) -> None:
    heard = list[tuple[float, Motion]]()
    bench.arm.listen(lambda movement: heard.append((movement.at_s, movement.motion)))
    bench.release()
    bench.timers.advance(0.5)
    bench.arm.push(ENTRY)
    assert [motion for _, motion in heard] == [Motion.RELEASED, Motion.PASSED]
    assert [at_s for at_s, _ in heard] == pytest.approx([0.1, 1.0])
