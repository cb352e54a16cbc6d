"""The course of a release: a pure state machine over the passage sensor, without I/O or clock.

Laws: a passage that did not happen annuls the use, a late one un-annuls it; a release that the sensor could not see counts as
passed, because a use that is given back on a guess lets a copy in; one pulse of a tripod lets one body through, so a group's arm
is released again after each body but the last; an extra body is tailgating; a passage without a grant is an intrusion; fire frees
the way and consumes nothing (law 8). Times are monotonic milliseconds, given by the caller.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from protocol.directions import Direction
from protocol.identifiers import Sequence
from protocol.journal.events import OutcomeResult

PASSAGE_WITHIN_MS = 5_000  # how long turnstile controllers hold a release (PERCo, Castle: 5 s)
MORE_PERSONS_WITHIN_MS = 5_000  # each body of a group gives the next one this much time
LATE_PASS_WITHIN_MS = 60_000
TAILGATE_WITHIN_MS = 2_000
UNRECORDED = Sequence(0)  # an exit that opened although its record failed: it has no outcome either


class AlarmName(StrEnum):
    """The alarms that the sensor can raise."""

    TAILGATE = "tailgate"
    REVERSE = "reverse"
    INTRUSION = "intrusion"
    FIRE = "fire"
    FIRE_OVER = "fire-over"
    FIRE_PASSAGE = "fire-passage"
    CONTACT_LOST = "contact-lost"
    CONTACT_REGAINED = "contact-regained"
    EXIT_BLOCKED = "exit-blocked"


@dataclass(frozen=True, slots=True)
class Grant:
    """An open release: the intent at `sequence` let `persons` bodies go this way until `until_ms`.

    `blind` says that the sensor was not to be believed for a part of that time.
    """

    sequence: Sequence
    direction: Direction
    persons: int
    passed: int
    until_ms: int
    blind: bool = False


@dataclass(frozen=True, slots=True)
class Closed:
    """The last release, after its end: a soon following passage belongs to it. `released` is false where the arm did not obey."""

    grant: Grant
    result: OutcomeResult
    at_ms: int
    released: bool = True

    @property
    def awaits_more(self) -> bool:
        """Whether a late body still counts as one that was let in."""
        if self.result is OutcomeResult.NOT_PASSED:
            return True
        return self.result is OutcomeResult.PASSED and self.grant.passed < self.grant.persons


@dataclass(frozen=True, slots=True)
class Passage:
    """The lane's state: the open release, the one before it, whether fire frees the way and the sensor is blind."""

    grant: Grant | None = None
    closed: Closed | None = None
    fire: bool = False
    blind: bool = False

    @property
    def busy(self) -> bool:
        """Whether a release is open, so that the next visitor waits."""
        return self.grant is not None


@dataclass(frozen=True, slots=True)
class Recorded:
    """An outcome to write down for the intent at `of`."""

    of: Sequence
    result: OutcomeResult
    passed_count: int


@dataclass(frozen=True, slots=True)
class Raised:
    """An alarm to write down and to show."""

    name: AlarmName
    detail: str = ""


@dataclass(frozen=True, slots=True)
class ReleaseAgain:
    """Release the arm once more, for the next body of a group."""

    direction: Direction


Effect = Recorded | Raised | ReleaseAgain
Step = tuple[Passage, tuple[Effect, ...]]


def granted(state: Passage, sequence: Sequence, direction: Direction, persons: int, now_ms: int) -> Step:
    """Note that the arm was released; close a release that is still open first."""
    closed, effects = expired(state, state.grant.until_ms) if state.grant else (state, ())
    grant = Grant(sequence, direction, persons, 0, now_ms + PASSAGE_WITHIN_MS, blind=state.blind)
    return replace(closed, grant=grant, closed=None), effects


def released(state: Passage, now_ms: int) -> Step:
    """Note that the arm obeyed: the visitor's time begins now, not at the command."""
    if state.grant is None:
        return state, ()
    return replace(state, grant=replace(state.grant, until_ms=now_ms + PASSAGE_WITHIN_MS)), ()


def unsensed(state: Passage, sequence: Sequence, persons: int) -> Step:
    """Note a release on a lane without a passage sensor: it counts as passed, or as not passed where the arm did not obey."""
    result = OutcomeResult.PASSED if persons else OutcomeResult.NOT_PASSED
    return state, _outcome(sequence, result, persons)


def release_failed(state: Passage, now_ms: int) -> Step:
    """Note that the arm did not release: annul the use; a passage after that is forced.

    For a group, the bodies already through count as passed.
    """
    assert state.grant is not None, "only a grant can fail"
    closed, effects = _close(state, _seen(state.grant), state.grant.passed, now_ms)
    assert closed.closed is not None, "closing leaves what was closed"
    return replace(closed, closed=replace(closed.closed, released=False)), effects


def expired(state: Passage, now_ms: int) -> Step:
    """Close a release whose time is over."""
    grant = state.grant
    if grant is None or now_ms < grant.until_ms:
        return state, ()
    if grant.blind:
        return _close(state, OutcomeResult.PASSED, grant.persons, now_ms)
    return _close(state, _seen(grant), grant.passed, now_ms)


def sight_changed(state: Passage, *, blind: bool, detail: str = "") -> Step:
    """Note whether the sensor can be believed. A release counts as unseen if a part of it was."""
    if blind == state.blind:
        return state, ()
    alarm = Raised(AlarmName.CONTACT_LOST, detail) if blind else Raised(AlarmName.CONTACT_REGAINED)
    grant = replace(state.grant, blind=True) if blind and state.grant is not None else state.grant
    return replace(state, grant=grant, blind=blind), (alarm,)


def sensed(state: Passage, direction: Direction, now_ms: int) -> Step:
    """Note a body that passed the sensor."""
    if state.fire:
        return state, (Raised(AlarmName.FIRE_PASSAGE, direction.value),)
    if state.grant is not None and now_ms < state.grant.until_ms:
        return _sensed_in_grant(state, state.grant, direction, now_ms)
    state, effects = expired(state, now_ms)
    after, more = _sensed_after(state, direction, now_ms)
    return after, effects + more


def fire_changed(state: Passage, now_ms: int, *, alarm: bool) -> Step:
    """Note the fire contact. Close an open release: during a fire the lane cannot know who passed."""
    if alarm == state.fire:
        return state, ()
    if not alarm:
        return replace(state, fire=False), (Raised(AlarmName.FIRE_OVER),)
    effects: tuple[Effect, ...] = ()
    if state.grant is not None:
        state, effects = _close(state, _seen(state.grant), state.grant.passed, now_ms)
    return replace(state, fire=True, closed=None), (*effects, Raised(AlarmName.FIRE))


def _sensed_in_grant(state: Passage, grant: Grant, direction: Direction, now_ms: int) -> Step:
    if direction is not grant.direction:
        result = OutcomeResult.PASSED if grant.passed else OutcomeResult.REVERSED
        closed, effects = _close(state, result, grant.passed, now_ms)
        return closed, (*effects, Raised(AlarmName.REVERSE, direction.value))
    grant = replace(grant, passed=grant.passed + 1)
    if grant.passed < grant.persons:
        grant = replace(grant, until_ms=now_ms + MORE_PERSONS_WITHIN_MS)
        return replace(state, grant=grant), (ReleaseAgain(direction),)
    return _close(replace(state, grant=grant), OutcomeResult.PASSED, grant.passed, now_ms)


def _sensed_after(state: Passage, direction: Direction, now_ms: int) -> Step:
    closed = state.closed
    if closed is None or direction is not closed.grant.direction or now_ms - closed.at_ms > LATE_PASS_WITHIN_MS:
        return state, (Raised(AlarmName.INTRUSION, direction.value),)
    if closed.awaits_more:
        grant = replace(closed.grant, passed=closed.grant.passed + 1)
        result = OutcomeResult.PASSED if closed.released else OutcomeResult.FORCED
        late = replace(closed, grant=grant, result=result, at_ms=now_ms)
        return replace(state, closed=late), _outcome(grant.sequence, result, grant.passed)
    if closed.result is OutcomeResult.PASSED and now_ms - closed.at_ms <= TAILGATE_WITHIN_MS:
        return state, (Raised(AlarmName.TAILGATE, direction.value),)
    return state, (Raised(AlarmName.INTRUSION, direction.value),)


def _seen(grant: Grant) -> OutcomeResult:
    return OutcomeResult.PASSED if grant.passed else OutcomeResult.NOT_PASSED


def _close(state: Passage, result: OutcomeResult, passed: int, now_ms: int) -> Step:
    assert state.grant is not None, "only an open grant can be closed"
    closed = Closed(replace(state.grant, passed=passed), result, now_ms)
    return replace(state, grant=None, closed=closed), _outcome(state.grant.sequence, result, passed)


def _outcome(sequence: Sequence, result: OutcomeResult, passed: int) -> tuple[Effect, ...]:
    return () if sequence == UNRECORDED else (Recorded(sequence, result, passed),)
