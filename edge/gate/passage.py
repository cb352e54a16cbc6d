"""What becomes of a release: a state machine over the passage sensor, without I/O or clock.

Laws: a passage that did not happen annuls the use, a late one un-annuls it; one release admits at most its persons, a
body more is tailgating; a pass that nobody was granted is an intrusion; fire frees the way and consumes nothing (law 8).
Times are monotonic milliseconds, given by the caller.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from protocol.directions import Direction
from protocol.identifiers import Sequence
from protocol.journal.events import OutcomeResult

PASSAGE_WITHIN_MS = 5_000  # how long turnstile controllers hold a release (PERCo, Castle: 5 s)
MORE_PERSONS_WITHIN_MS = 5_000  # each body of a group gives the next one this long
LATE_PASS_WITHIN_MS = 60_000
TAILGATE_WITHIN_MS = 2_000


class AlarmName(StrEnum):
    """What the sensor can tell staff."""

    TAILGATE = "tailgate"
    REVERSE = "reverse"
    INTRUSION = "intrusion"
    FIRE = "fire"
    FIRE_OVER = "fire-over"
    FIRE_PASSAGE = "fire-passage"
    CONTACT_LOST = "contact-lost"
    CONTACT_REGAINED = "contact-regained"


@dataclass(frozen=True, slots=True)
class Grant:
    """A release that is out: the intent at `sequence` let `persons` bodies go this way until `until_ms`."""

    sequence: Sequence
    direction: Direction
    persons: int
    passed: int
    until_ms: int


@dataclass(frozen=True, slots=True)
class Closed:
    """The last release, after its end: who passes soon after belongs to it. `released` is false where the arm did not obey."""

    grant: Grant
    result: OutcomeResult
    at_ms: int
    released: bool = True


@dataclass(frozen=True, slots=True)
class Passage:
    """The lane's state: the release that is out, the one before it, and whether fire frees the way."""

    grant: Grant | None = None
    closed: Closed | None = None
    fire: bool = False

    @property
    def busy(self) -> bool:
        """Whether a release is out, so that the next visitor waits."""
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


Effect = Recorded | Raised
Step = tuple[Passage, tuple[Effect, ...]]


def granted(state: Passage, sequence: Sequence, direction: Direction, persons: int, now_ms: int) -> Step:
    """Note that the arm was released; whatever was still open before it is closed first."""
    closed, effects = expired(state, state.grant.until_ms) if state.grant else (state, ())
    grant = Grant(sequence, direction, persons, 0, now_ms + PASSAGE_WITHIN_MS)
    return replace(closed, grant=grant, closed=None), effects


def unsensed(state: Passage, sequence: Sequence, persons: int) -> Step:
    """Note a release on a lane without a passage sensor: it counts as passed."""
    return state, (Recorded(sequence, OutcomeResult.PASSED, persons),)


def release_failed(state: Passage, now_ms: int) -> Step:
    """Note that the arm did not release: the use is annulled; who passes all the same has forced it."""
    assert state.grant is not None, "only a grant can fail"
    closed, effects = _close(state, OutcomeResult.NOT_PASSED, 0, now_ms)
    assert closed.closed is not None, "closing leaves what was closed"
    return replace(closed, closed=replace(closed.closed, released=False)), effects


def expired(state: Passage, now_ms: int) -> Step:
    """Close a release whose time is over."""
    grant = state.grant
    if grant is None or now_ms < grant.until_ms:
        return state, ()
    result = OutcomeResult.PASSED if grant.passed else OutcomeResult.NOT_PASSED
    return _close(state, result, grant.passed, now_ms)


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
    """Note the fire contact. A release that was out is closed: during a fire nobody knows who passed."""
    if alarm == state.fire:
        return state, ()
    if not alarm:
        return replace(state, fire=False), (Raised(AlarmName.FIRE_OVER),)
    effects: tuple[Effect, ...] = ()
    if state.grant is not None:
        result = OutcomeResult.PASSED if state.grant.passed else OutcomeResult.NOT_PASSED
        state, effects = _close(state, result, state.grant.passed, now_ms)
    return replace(state, fire=True, closed=None), (*effects, Raised(AlarmName.FIRE))


def _sensed_in_grant(state: Passage, grant: Grant, direction: Direction, now_ms: int) -> Step:
    if direction is not grant.direction:
        closed, effects = _close(state, OutcomeResult.REVERSED, grant.passed, now_ms)
        return closed, (*effects, Raised(AlarmName.REVERSE, direction.value))
    passed = grant.passed + 1
    if passed < grant.persons:
        return replace(state, grant=replace(grant, passed=passed, until_ms=now_ms + MORE_PERSONS_WITHIN_MS)), ()
    return _close(state, OutcomeResult.PASSED, passed, now_ms)


def _sensed_after(state: Passage, direction: Direction, now_ms: int) -> Step:
    closed = state.closed
    if closed is None or direction is not closed.grant.direction or now_ms - closed.at_ms > LATE_PASS_WITHIN_MS:
        return state, (Raised(AlarmName.INTRUSION, direction.value),)
    if closed.result is OutcomeResult.NOT_PASSED:
        late = replace(closed, result=OutcomeResult.PASSED if closed.released else OutcomeResult.FORCED, at_ms=now_ms)
        return replace(state, closed=late), (Recorded(closed.grant.sequence, late.result, 1),)
    if closed.result is OutcomeResult.PASSED and now_ms - closed.at_ms <= TAILGATE_WITHIN_MS:
        return state, (Raised(AlarmName.TAILGATE, direction.value),)
    return state, (Raised(AlarmName.INTRUSION, direction.value),)


def _close(state: Passage, result: OutcomeResult, passed: int, now_ms: int) -> Step:
    assert state.grant is not None, "only an open grant can be closed"
    closed = Closed(state.grant, result, now_ms)
    return replace(state, grant=None, closed=closed), (Recorded(state.grant.sequence, result, passed),)
