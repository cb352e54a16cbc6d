"""Virtual time: it stands still, and due actions run in order."""

from functools import partial

from hardware_sims.timers import VirtualTimers


def test_actions_run_in_order_of_their_time_then_of_their_asking_and_see_when_they_were_due() -> None:
    timers, seen = VirtualTimers(), list[tuple[str, float]]()

    def note(name: str) -> None:
        seen.append((name, timers.now_s()))

    for name, delay_s in (("late", 2.0), ("first", 1.0), ("second", 1.0)):
        timers.call_after(delay_s, partial(note, name))
    timers.advance(1.5)
    assert seen == [("first", 1.0), ("second", 1.0)]
    timers.advance(1.5)
    assert seen[2:] == [("late", 2.0)]
    assert timers.now_s() == 3.0


def test_what_is_called_off_does_not_run_and_what_an_action_asks_for_does() -> None:
    timers, seen = VirtualTimers(), list[float]()
    timers.call_after(1.0, lambda: seen.append(0.0)).cancel()

    def ask_again() -> None:
        timers.call_after(0.5, lambda: seen.append(timers.now_s()))

    timers.call_after(1.0, ask_again)
    timers.advance(2.0)
    assert seen == [1.5]
