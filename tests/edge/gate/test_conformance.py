"""The conformance table at a real desk: it gathers the facts itself, and answers as `decide` does on the table's facts."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from protocol.admission.decide import decide
from protocol.admission.passages import PassageKind
from protocol.admission.verdict import AskForCard, FreePassage, LetOut
from protocol.journal.codec import decode_entry
from protocol.journal.events import Alarm, Intent
from tests.builders.conformance_cases import DISK_ERROR
from tests.builders.conformance_desk import ToldBy, answer_at_desk, desk_of
from tests.builders.conformance_ways import CLAIMS, Case, Way, cases_of
from tests.builders.gate import GateRig
from tests.builders.outcomes import outcome

IN_MEMORY = Path("/dev/shm")  # noqa: S108 - the folder in it has a random name
RETOLD = [case for case in cases_of(Way.DESK) if case.passages and case.number != CLAIMS and case.name != DISK_ERROR]


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory, where there is one: other tests cover the disk, and a disk slows these tests down."""
    if not IN_MEMORY.is_dir():
        yield tmp_path
        return
    with TemporaryDirectory(dir=IN_MEMORY) as made:
        yield Path(made)


def named(case: Case) -> str:
    return case.id


def the_case(number: int) -> Case:
    (case,) = (case for case in cases_of(Way.DESK) if case.number == number)
    return case


def exit_alarms(rig: GateRig) -> list[str]:
    batch = rig.journal.unsent(rig.reading())
    entries = (decode_entry(item).event for item in (batch.items if batch else ()) if isinstance(item, bytes))
    return [event.name for event in entries if isinstance(event, Alarm) and event.name.startswith("exit-")]


@pytest.mark.parametrize("case", cases_of(Way.DESK), ids=named)
async def test_a_desk_answers_the_table(case: Case, folder: Path) -> None:
    with desk_of(case, folder) as rig:
        answer = await answer_at_desk(case, rig, ToldBy.FEED)
        assert outcome(answer.verdict) == case.expected
        if case.number != CLAIMS:
            assert answer.verdict == decide(case.facts)
        kept = not isinstance(answer.verdict, AskForCard | FreePassage) and case.name != DISK_ERROR
        assert (answer.sequence is not None) == kept
        if isinstance(answer.verdict, LetOut) and kept:
            assert exit_alarms(rig) == ([] if answer.verdict.alarm is None else [f"exit-{answer.verdict.alarm}"])


@pytest.mark.parametrize("case", RETOLD, ids=named)
async def test_a_desk_answers_the_same_where_its_own_journal_tells_the_past(case: Case, folder: Path) -> None:
    with desk_of(case, folder) as rig:
        answer = await answer_at_desk(case, rig, ToldBy.JOURNAL)
        assert answer.verdict == decide(case.facts)


async def test_5_the_override_is_journalled_with_the_supervisor(folder: Path) -> None:
    case = the_case(5)
    with desk_of(case, folder) as rig:
        await answer_at_desk(case, rig, ToldBy.FEED)
        (intent,) = rig.events(case.facts.candidates[0].record)
        assert isinstance(intent, Intent)
        assert (intent.kind, intent.supervisor) == (PassageKind.OVERRIDE, case.facts.scan.supervisor)


async def test_41_the_same_attempt_leaves_one_record(folder: Path) -> None:
    case = the_case(41)
    with desk_of(case, folder) as rig:
        await answer_at_desk(case, rig, ToldBy.FEED)
        assert [type(event) for event in rig.events(case.facts.candidates[0].record)] == [Intent]
