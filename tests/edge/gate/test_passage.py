"""The passage state machine, as scripts of sensor events and the entries that must follow."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.gate import passage
from edge.gate.passage import UNRECORDED, AlarmName, Effect, Passage, Raised, Recorded, ReleaseAgain
from protocol.directions import Direction
from protocol.identifiers import Sequence
from protocol.journal.events import OutcomeResult

IN, OUT = Direction.ENTRY, Direction.EXIT
PASSED, NOT_PASSED, REVERSED = OutcomeResult.PASSED, OutcomeResult.NOT_PASSED, OutcomeResult.REVERSED
SEVEN, EIGHT = Sequence(7), Sequence(8)


def play(*script: tuple[str, int, object]) -> list[Effect]:
    """Run a script of (what, at ms, argument) and return all effects, in order."""
    state = Passage()
    effects: list[Effect] = []
    for what, now_ms, argument in script:
        match what, argument:
            case "grant", (int() as sequence, int() as persons):
                state, more = passage.granted(state, Sequence(sequence), IN, persons, now_ms)
            case "pass", Direction() as direction:
                state, more = passage.sensed(state, direction, now_ms)
            case "time", _:
                state, more = passage.expired(state, now_ms)
            case "fire", bool() as alarm:
                state, more = passage.fire_changed(state, now_ms, alarm=alarm)
            case "obeyed", _:
                state, more = passage.released(state, now_ms)
            case "blind", bool() as blind:
                state, more = passage.sight_changed(state, blind=blind, detail="why" if blind else "")
            case "failed", _:
                state, more = passage.release_failed(state, now_ms)
            case _:
                raise AssertionError(what)
        effects.extend(more)
    return effects


SCRIPTS: dict[str, tuple[list[tuple[str, int, object]], list[Effect]]] = {
    "granted and passed": ([("grant", 0, (7, 1)), ("pass", 900, IN)], [Recorded(SEVEN, PASSED, 1)]),
    "granted and not passed": ([("grant", 0, (7, 1)), ("time", 5_000, None)], [Recorded(SEVEN, NOT_PASSED, 0)]),
    "still waiting": ([("grant", 0, (7, 1)), ("time", 4_999, None)], []),
    "late pass un-annuls": (
        [("grant", 0, (7, 1)), ("time", 5_000, None), ("pass", 20_000, IN)],
        [Recorded(SEVEN, NOT_PASSED, 0), Recorded(SEVEN, PASSED, 1)],
    ),
    "late pass counts once": (
        [("grant", 0, (7, 1)), ("time", 5_000, None), ("pass", 20_000, IN), ("pass", 30_000, IN)],
        [Recorded(SEVEN, NOT_PASSED, 0), Recorded(SEVEN, PASSED, 1), Raised(AlarmName.INTRUSION, "entry")],
    ),
    "a minute later it is an intrusion": (
        [("grant", 0, (7, 1)), ("time", 5_000, None), ("pass", 66_000, IN)],
        [Recorded(SEVEN, NOT_PASSED, 0), Raised(AlarmName.INTRUSION, "entry")],
    ),
    "reverse": (
        [("grant", 0, (7, 1)), ("pass", 800, OUT)],
        [Recorded(SEVEN, REVERSED, 0), Raised(AlarmName.REVERSE, "exit")],
    ),
    "tailgate": (
        [("grant", 0, (7, 1)), ("pass", 800, IN), ("pass", 1_500, IN)],
        [Recorded(SEVEN, PASSED, 1), Raised(AlarmName.TAILGATE, "entry")],
    ),
    "intrusion": ([("pass", 10, IN)], [Raised(AlarmName.INTRUSION, "entry")]),
    "a group passes whole": (
        [("grant", 0, (7, 3)), ("pass", 900, IN), ("pass", 5_800, IN), ("pass", 9_000, IN)],
        [ReleaseAgain(IN), ReleaseAgain(IN), Recorded(SEVEN, PASSED, 3)],
    ),
    "a group passes in part": (
        [("grant", 0, (7, 3)), ("pass", 900, IN), ("pass", 2_000, IN), ("time", 7_000, None)],
        [ReleaseAgain(IN), ReleaseAgain(IN), Recorded(SEVEN, PASSED, 2)],
    ),
    "the last of a group comes late": (
        [("grant", 0, (7, 2)), ("pass", 900, IN), ("time", 5_900, None), ("pass", 6_000, IN), ("pass", 6_500, IN)],
        [ReleaseAgain(IN), Recorded(SEVEN, PASSED, 1), Recorded(SEVEN, PASSED, 2), Raised(AlarmName.TAILGATE, "entry")],
    ),
    "a group's arm jams after the first": (
        [("grant", 0, (7, 3)), ("pass", 900, IN), ("failed", 1_800, None)],
        [ReleaseAgain(IN), Recorded(SEVEN, PASSED, 1)],
    ),
    "a visitor comes the other way in a group": (
        [("grant", 0, (7, 3)), ("pass", 900, IN), ("pass", 1_800, OUT)],
        [ReleaseAgain(IN), Recorded(SEVEN, PASSED, 1), Raised(AlarmName.REVERSE, "exit")],
    ),
    "the visitor's time begins when the arm obeys": (
        [("grant", 0, (7, 1)), ("obeyed", 900, None), ("time", 5_800, None), ("time", 5_900, None)],
        [Recorded(SEVEN, NOT_PASSED, 0)],
    ),
    "what the sensor could not see counts as passed": (
        [("grant", 0, (7, 2)), ("blind", 500, True), ("blind", 900, False), ("time", 5_000, None)],
        [Raised(AlarmName.CONTACT_LOST, "why"), Raised(AlarmName.CONTACT_REGAINED), Recorded(SEVEN, PASSED, 2)],
    ),
    "a grant without sight counts as passed": (
        [("blind", 0, True), ("blind", 1, True), ("grant", 10, (7, 1)), ("time", 5_010, None)],
        [Raised(AlarmName.CONTACT_LOST, "why"), Recorded(SEVEN, PASSED, 1)],
    ),
    "an exit without a record has no outcome": ([("grant", 0, (UNRECORDED, 1)), ("pass", 900, IN)], []),
    "the next grant closes the one before": (
        [("grant", 0, (7, 1)), ("grant", 3_000, (8, 1)), ("pass", 3_500, IN)],
        [Recorded(SEVEN, NOT_PASSED, 0), Recorded(EIGHT, PASSED, 1)],
    ),
    "release failed, then forced": (
        [("grant", 0, (7, 1)), ("failed", 500, None), ("pass", 900, IN)],
        [Recorded(SEVEN, NOT_PASSED, 0), Recorded(SEVEN, OutcomeResult.FORCED, 1)],
    ),
    "fire frees the way": (
        [("fire", 0, True), ("pass", 100, IN), ("pass", 200, OUT), ("fire", 900, False)],
        [
            Raised(AlarmName.FIRE),
            Raised(AlarmName.FIRE_PASSAGE, "entry"),
            Raised(AlarmName.FIRE_PASSAGE, "exit"),
            Raised(AlarmName.FIRE_OVER),
        ],
    ),
    "fire closes what was open": (
        [("grant", 0, (7, 1)), ("fire", 100, True)],
        [Recorded(SEVEN, NOT_PASSED, 0), Raised(AlarmName.FIRE)],
    ),
}


@pytest.mark.parametrize("name", SCRIPTS)
def test_scripts(name: str) -> None:
    script, effects = SCRIPTS[name]
    assert play(*script) == effects


@pytest.mark.parametrize(("persons", "result"), [(2, PASSED), (0, NOT_PASSED)])
def test_without_a_sensor_a_release_counts_as_passed(persons: int, result: OutcomeResult) -> None:
    assert passage.unsensed(Passage(), SEVEN, persons)[1] == (Recorded(SEVEN, result, persons),)


MOVES = ["grant", "pass", "time", "fire", "blind", "obeyed"]
steps = st.lists(st.tuples(st.sampled_from(MOVES), st.integers(1, 8_000), st.booleans()), max_size=30)


def script_of(moves: list[tuple[str, int, bool]]) -> list[tuple[str, int, object]]:
    script: list[tuple[str, int, object]] = []
    now_ms = 0
    for number, (what, wait_ms, flag) in enumerate(moves, 1):
        now_ms += wait_ms
        arguments = {"grant": (number, 1 + 2 * flag), "pass": IN if flag else OUT, "fire": flag, "blind": flag}
        script.append((what, now_ms, arguments.get(what)))
    return script


@pytest.mark.law(1)
@given(steps)
def test_no_more_bodies_are_let_in_than_were_granted(moves: list[tuple[str, int, bool]]) -> None:
    """One release comes with the grant, one more with each body but the last; the recorded count never exceeds the grant."""
    script = script_of(moves)
    persons = {Sequence(a[0]): a[1] for what, _, a in script if what == "grant" and isinstance(a, tuple)}
    effects = play(*script)
    assert sum(isinstance(effect, ReleaseAgain) for effect in effects) <= sum(size - 1 for size in persons.values())
    outcomes = [effect for effect in effects if isinstance(effect, Recorded)]
    for sequence in {outcome.of for outcome in outcomes}:
        through = [o.passed_count for o in outcomes if o.of == sequence and o.result is PASSED]
        assert through == sorted(set(through))
        assert max(through, default=0) <= persons[sequence]


@given(steps)
def test_every_release_that_ends_has_an_outcome(moves: list[tuple[str, int, bool]]) -> None:
    script = script_of(moves)
    granted = {a[0] for what, _, a in script if what == "grant" and isinstance(a, tuple)}
    effects = play(*script, ("fire", 10**9, False), ("fire", 10**9, True))
    assert {effect.of for effect in effects if isinstance(effect, Recorded)} == granted
