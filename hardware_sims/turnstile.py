"""The mechanics behind a relay board: an arm that a relay unlocks, contacts that signal passing bodies, a fire contact.

Facts, as published: Unlock inputs take pulses of at least 100 ms; the arm then waits 5 s, for any length of the pulse, and locks
after one passage or none. Fire and loss of power free the arm in both directions, in hardware.
Laws: software cannot lock an arm that fire has freed; every movement is in `history`, so that a test can count releases.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from hardware_sims.timers import Cancellable, Timers

MIN_UNLOCK_PULSE_S = 0.1
WAIT_FOR_PASSAGE_S = 5.0
PASS_PULSE_S = 0.2
GLITCH_S = 0.03
TAILGATE_GAP_S = 0.25  # between the first body's last and the second one's first detector
HISTORY_LIMIT = 100_000


class Direction(StrEnum):
    """The two directions of a lane, as its contacts are wired."""

    ENTRY = "entry"
    EXIT = "exit"


OPPOSITE = {Direction.ENTRY: Direction.EXIT, Direction.EXIT: Direction.ENTRY}


class Motion(StrEnum):
    """The events at the arm."""

    RELEASED = "released"
    PASSED = "passed"
    BLOCKED = "blocked"  # a visitor pushed a locked arm
    RELOCKED = "relocked"  # no visitor passed in time
    FORCED = "forced"  # a visitor passed without a release
    GLITCH = "glitch"
    FIRE_ON = "fire_on"
    FIRE_OFF = "fire_off"
    POWER_OFF = "power_off"
    POWER_ON = "power_on"


@dataclass(frozen=True, slots=True)
class Movement:
    """One entry of the history; `at_s` is the simulator's monotonic time in seconds."""

    at_s: float
    motion: Motion
    direction: Direction | None


@dataclass(frozen=True, slots=True)
class Wiring:
    """The relays and inputs of the turnstile. A normally closed contact opens to signal."""

    unlock_entry: int = 0
    unlock_exit: int = 1
    pass_entry: int = 0
    pass_exit: int = 1
    fire: int = 2
    pass_normally_closed: bool = False
    fire_normally_closed: bool = True


class Contacts(Protocol):
    """The part of the relay board that the mechanics need."""

    def on_contact(self, listener: Callable[[int, bool], None]) -> None:
        """Call `listener(channel, closed)` whenever a relay's contact moves."""
        ...

    def set_input(self, channel: int, *, closed: bool) -> None:
        """Open or close the contact wired to a digital input."""
        ...


class Turnstile:
    """One arm with two directions, wired to a board."""

    def __init__(self, contacts: Contacts, timers: Timers, wiring: Wiring | None = None) -> None:
        self.wiring = wiring or Wiring()
        self.history: list[Movement] = []
        self.counts: Counter[tuple[Motion, Direction | None]] = Counter()
        self._contacts = contacts
        self._timers = timers
        self._unlock_relays = {self.wiring.unlock_entry: Direction.ENTRY, self.wiring.unlock_exit: Direction.EXIT}
        self._pass_inputs = {Direction.ENTRY: self.wiring.pass_entry, Direction.EXIT: self.wiring.pass_exit}
        self._listeners: list[Callable[[Movement], None]] = []
        self._pulses: dict[Direction, Cancellable] = {}
        self._unlocked: dict[Direction, Cancellable | None] = {}
        self._passing: Counter[Direction] = Counter()
        self._welded: set[Direction] = set()
        self._occupied = False
        self._fire = False
        self._powered = True
        contacts.on_contact(self._relay_moved)
        self._set_contacts()

    @property
    def fire(self) -> bool:
        """Whether the fire panel holds the arm free."""
        return self._fire

    def open_to(self, direction: Direction) -> bool:
        """Whether a push in this direction would get through now."""
        return direction in self._unlocked or self._fire or not self._powered

    def releases(self, direction: Direction) -> int:
        """How often the arm was unlocked by pulse in this direction since the start."""
        return self.counts[Motion.RELEASED, direction]

    def passages(self, direction: Direction) -> int:
        """How many bodies went through in this direction since the start, with or without a release."""
        return self.counts[Motion.PASSED, direction] + self.counts[Motion.FORCED, direction]

    def listen(self, listener: Callable[[Movement], None]) -> None:
        """Call `listener` with each movement when it happens."""
        self._listeners.append(listener)

    def unlisten(self, listener: Callable[[Movement], None]) -> None:
        """Stop telling `listener`."""
        self._listeners.remove(listener)

    def push(self, direction: Direction, *, pulse_s: float = PASS_PULSE_S, travel_s: float = 0.0) -> bool:
        """Walk into the arm; return True if it gave way.

        The PASS contact signals after `travel_s` (a slow visitor's comes after the wait has ended), for `pulse_s`.
        """
        if not self.open_to(direction):
            self._record(Motion.BLOCKED, direction)
            return False
        self._take_release(direction)
        self._after(travel_s, lambda: self._pass(Motion.PASSED, direction, pulse_s))
        return True

    def tailgate(self, direction: Direction) -> bool:
        """Let two bodies walk through close together on one release; return True if the arm gave way."""
        if not self.push(direction):
            return False
        self._after(PASS_PULSE_S + TAILGATE_GAP_S, lambda: self._pass(Motion.PASSED, direction, PASS_PULSE_S))
        return True

    def reverse(self, direction: Direction) -> bool:
        """Come through against a release in `direction`; return True if the arm gave way."""
        if not self.open_to(direction):
            self._record(Motion.BLOCKED, OPPOSITE[direction])
            return False
        self._take_release(direction)
        self._pass(Motion.PASSED, OPPOSITE[direction], PASS_PULSE_S)
        return True

    def force(self, direction: Direction) -> None:
        """Climb over or break through, with or without a release."""
        self._pass(Motion.FORCED, direction, PASS_PULSE_S)

    def glitch(self, direction: Direction, *, pulse_s: float = GLITCH_S) -> None:
        """Bounce the PASS contact without a passage."""
        self._record(Motion.GLITCH, direction)
        self._signal_pass(direction, pulse_s)

    def weld(self, direction: Direction, *, on: bool) -> None:
        """Weld the PASS contact in its signalling position, or repair it."""
        (self._welded.add if on else self._welded.discard)(direction)
        self._set_contacts()

    def occupy(self, *, on: bool) -> None:
        """Stand in the safety zone: the wait is paused; it restarts when the visitor leaves the zone."""
        self._occupied = on
        for direction in list(self._unlocked):
            self._await_passage(direction)

    def set_fire(self, *, on: bool) -> None:
        """Switch the fire alarm on or off: the panel's contact goes to arm and board."""
        self._fire = on
        self._record(Motion.FIRE_ON if on else Motion.FIRE_OFF, None)
        self._set_contacts()

    def power(self, *, on: bool) -> None:
        """Cut or restore the turnstile's supply: without it the arm drops and every contact is open."""
        self._powered = on
        for direction in list(self._unlocked):
            self._take_release(direction)
        self._record(Motion.POWER_ON if on else Motion.POWER_OFF, None)
        self._set_contacts()

    def _relay_moved(self, relay: int, closed: bool) -> None:  # noqa: FBT001 - the board's listener signature
        direction = self._unlock_relays.get(relay)
        if direction is None:
            return
        pulse = self._pulses.pop(direction, None)
        if pulse is not None:
            pulse.cancel()
        if closed:
            self._pulses[direction] = self._timers.call_after(MIN_UNLOCK_PULSE_S, lambda: self._unlock(direction))

    def _unlock(self, direction: Direction) -> None:
        if not self._powered:
            return
        self._await_passage(direction)
        self._record(Motion.RELEASED, direction)

    def _await_passage(self, direction: Direction) -> None:
        self._take_release(direction)
        waiting = None if self._occupied else self._timers.call_after(WAIT_FOR_PASSAGE_S, lambda: self._relock(direction))
        self._unlocked[direction] = waiting

    def _relock(self, direction: Direction) -> None:
        self._take_release(direction)
        self._record(Motion.RELOCKED, direction)

    def _take_release(self, direction: Direction) -> None:
        waiting = self._unlocked.pop(direction, None)
        if waiting is not None:
            waiting.cancel()

    def _pass(self, motion: Motion, direction: Direction, pulse_s: float) -> None:
        self._record(motion, direction)
        self._signal_pass(direction, pulse_s)

    def _signal_pass(self, direction: Direction, pulse_s: float) -> None:
        self._passing[direction] += 1
        self._set_contacts()
        self._timers.call_after(pulse_s, lambda: self._end_signal(direction))

    def _end_signal(self, direction: Direction) -> None:
        self._passing[direction] -= 1
        self._set_contacts()

    def _set_contacts(self) -> None:
        for direction, channel in self._pass_inputs.items():
            signals = self._passing[direction] > 0 or direction in self._welded
            self._set_contact(channel, signals=signals, normally_closed=self.wiring.pass_normally_closed)
        self._set_contact(self.wiring.fire, signals=self._fire, normally_closed=self.wiring.fire_normally_closed)

    def _set_contact(self, channel: int, *, signals: bool, normally_closed: bool) -> None:
        self._contacts.set_input(channel, closed=self._powered and signals != normally_closed)

    def _after(self, delay_s: float, action: Callable[[], None]) -> None:
        if delay_s:
            self._timers.call_after(delay_s, action)
        else:
            action()

    def _record(self, motion: Motion, direction: Direction | None) -> None:
        movement = Movement(self._timers.now_s(), motion, direction)
        self.counts[motion, direction] += 1
        if len(self.history) < HISTORY_LIMIT:
            self.history.append(movement)
        for listener in tuple(self._listeners):
            listener(movement)
