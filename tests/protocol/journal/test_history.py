"""The history of a ticket from the journals of all agents."""

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.admission.passages import PassageKind, PassageState
from protocol.errors import InputError
from protocol.identifiers import AgentId, JournalId, Sequence
from protocol.journal.events import Intent, Outcome, OutcomeResult
from protocol.journal.history import AdmissionEvent, fold, walk_ins
from tests.builders.journal import GATE, SITE, an_intent, an_outcome

PASSED, NOT_PASSED, REVERSED, FORCED = OutcomeResult
HOLDER = bytes(range(16))


def event(sequence: int, what: Intent | Outcome, agent: int = 7) -> AdmissionEvent:
    return AdmissionEvent(AgentId(agent), JournalId(b"j" * 16), Sequence(sequence), SITE, GATE, what)


@pytest.mark.parametrize(
    ("outcomes", "state"),
    [
        ([], PassageState.PENDING),
        ([PASSED], PassageState.PASSED),
        ([NOT_PASSED], PassageState.NOT_PASSED),
        ([REVERSED], PassageState.NOT_PASSED),
        ([FORCED], PassageState.PASSED),
        ([NOT_PASSED, PASSED], PassageState.PASSED),  # a late pass un-annuls the use
        ([PASSED, NOT_PASSED], PassageState.PASSED),
    ],
)
def test_what_became_of_a_release(outcomes: list[OutcomeResult], state: PassageState) -> None:
    events = [event(1, an_intent()), *(event(2 + n, an_outcome(1, result)) for n, result in enumerate(outcomes))]
    assert [passage.state for passage in fold(events)] == [state]


@pytest.mark.parametrize(("persons", "counts", "used"), [(5, [], 5), (5, [3], 3), (5, [3, 4], 4), (1, [2], 1), (5, [0], 5)])
def test_a_group_uses_what_passed(persons: int, counts: list[int], used: int) -> None:
    intent = replace(an_intent(), persons=persons)
    events = [event(1, intent), *(event(2 + n, an_outcome(1, PASSED, count)) for n, count in enumerate(counts))]
    assert [passage.persons for passage in fold(events)] == [used]


def test_a_resume_is_the_same_passage() -> None:
    events = [event(1, an_intent(after_ms=0)), event(2, an_intent(after_ms=9_000, resumes=1)), event(3, an_outcome(2))]
    (passage,) = fold(events)
    assert (passage.resumed, passage.state, passage.kind) == (True, PassageState.PASSED, PassageKind.ENTRY)
    assert passage.scanned_at == an_intent(after_ms=0).scanned_at


def test_a_resume_whose_beginning_is_unknown_stands_for_itself() -> None:
    (passage,) = fold([event(2, an_intent(resumes=1)), event(3, an_outcome(2))])
    assert (passage.kind, passage.resumed, passage.state) == (PassageKind.RESUME, True, PassageState.PASSED)


def test_an_outcome_belongs_to_its_own_agent_s_intent() -> None:
    events = [event(1, an_intent(), agent=7), event(1, an_intent(after_ms=1), agent=8), event(2, an_outcome(1), agent=8)]
    assert [passage.state for passage in fold(events)] == [PassageState.PENDING, PassageState.PASSED]


def test_passages_come_by_time_of_scan() -> None:
    events = [event(1, an_intent(1, after_ms=500)), event(2, an_intent(2, after_ms=100))]
    assert [passage.ticket_id for passage in fold(events)] == [2, 1]


def test_walk_ins_that_were_not_annulled() -> None:
    walked = an_intent(0, holder=HOLDER)
    events = [event(1, walked), event(2, walked), event(3, an_outcome(2, NOT_PASSED)), event(4, an_intent(5))]
    assert [(w.holder, w.rule_id) for w in walk_ins(events)] == [(HOLDER, 5)]


@pytest.mark.parametrize(
    ("after", "interrupted"),
    [
        ([], [True]),
        ([event(2, an_outcome(1))], [False]),
        ([event(2, an_outcome(1, NOT_PASSED))], []),
        ([event(2, an_intent(0, holder=HOLDER, resumes=1))], [False]),
        ([event(2, an_intent(0, holder=HOLDER, resumes=1)), event(3, an_outcome(2))], [False]),
        ([event(2, an_intent(0, holder=HOLDER, resumes=1)), event(3, an_outcome(2, NOT_PASSED))], []),
        ([event(3, an_intent(0, holder=HOLDER, resumes=2))], [True, False]),
    ],
    ids=["alone", "passed", "not passed", "resumed", "resumed, passed", "resumed, not passed", "resumes what is not known"],
)
def test_a_walk_in_without_outcome_is_interrupted_until_it_is_resumed(
    after: list[AdmissionEvent], interrupted: list[bool]
) -> None:
    assert [one.interrupted for one in walk_ins([event(1, an_intent(0, holder=HOLDER)), *after])] == interrupted


ANY_EVENTS = st.lists(
    st.builds(
        event,
        st.integers(1, 6),
        st.one_of(
            st.builds(an_intent, st.integers(0, 2), after_ms=st.integers(0, 3), resumes=st.none() | st.integers(1, 6)),
            st.builds(an_outcome, st.integers(1, 6), st.sampled_from(OutcomeResult), st.integers(0, 3)),
        ),
        st.integers(7, 8),
    ),
    max_size=14,
)


@given(ANY_EVENTS, st.randoms(use_true_random=False))
def test_the_order_of_arrival_says_nothing(events: list[AdmissionEvent], chance: Random) -> None:
    shuffled = list(events)
    chance.shuffle(shuffled)
    assert fold(shuffled) == fold(events)
    assert walk_ins(shuffled) == walk_ins(events)


@given(ANY_EVENTS, ANY_EVENTS)
def test_what_came_twice_counts_once(events: list[AdmissionEvent], more: list[AdmissionEvent]) -> None:
    assert fold([*events, *more, *events]) == fold([*events, *more])


@given(ANY_EVENTS)
def test_an_event_is_read_back_equal(events: list[AdmissionEvent]) -> None:
    assert [AdmissionEvent.from_value(e.to_value()) for e in events] == events


def test_only_intents_and_outcomes_are_of_the_history() -> None:
    value = event(1, an_intent()).to_value()
    with pytest.raises(InputError):
        AdmissionEvent.from_value([*value[:-1], [4, "alarm", ""]])
