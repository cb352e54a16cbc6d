"""The conformance table at a real desk: it gathers the facts itself, and answers as `decide` does on the facts of the table."""

from pathlib import Path

import pytest

from protocol.admission.decide import decide
from protocol.admission.verdict import AskForCard, FreePassage
from protocol.journal.events import Intent
from tests.builders.conformance_desk import ToldBy, answer_at_desk, desk_of
from tests.builders.conformance_ways import CLAIMS, Case, Way, cases_of
from tests.builders.outcomes import outcome

CLOSED = "disk error"  # a journal that is closed tells no past
RETOLD = [case for case in cases_of(Way.DESK) if case.passages and case.number != CLAIMS and case.name != CLOSED]


def named(case: Case) -> str:
    return case.id


@pytest.mark.parametrize("case", cases_of(Way.DESK), ids=named)
async def test_a_desk_answers_the_table(case: Case, tmp_path: Path) -> None:
    with desk_of(case, tmp_path) as rig:
        answer = await answer_at_desk(case, rig, ToldBy.FEED)
        assert outcome(answer.verdict) == case.expected
        if case.number != CLAIMS:
            assert answer.verdict == decide(case.facts)
        kept = not isinstance(answer.verdict, AskForCard | FreePassage) and case.name != CLOSED
        assert (answer.sequence is not None) == kept


@pytest.mark.parametrize("case", RETOLD, ids=named)
async def test_a_desk_answers_the_same_where_its_own_journal_tells_the_past(case: Case, tmp_path: Path) -> None:
    with desk_of(case, tmp_path) as rig:
        answer = await answer_at_desk(case, rig, ToldBy.JOURNAL)
        assert answer.verdict == decide(case.facts)


async def test_41_the_same_attempt_leaves_one_record(tmp_path: Path) -> None:
    (case,) = (case for case in cases_of(Way.DESK) if case.number == 41)
    with desk_of(case, tmp_path) as rig:
        await answer_at_desk(case, rig, ToldBy.FEED)
        (record,) = (candidate.record for candidate in case.facts.candidates)
        assert [type(event) for event in rig.events(record)] == [Intent]
