"""A whole agent whose clock jumps by years, and whose journal was edited while it was off: it goes on serving and reports it."""

from collections.abc import Callable
from pathlib import Path

import apsw
import pytest

from edge import assembly
from edge.assembly import JOURNAL_FILE
from edge.local_messages import Question
from protocol.admission.freshness import MAX_TRUSTED_UNCERTAINTY_MS
from protocol.errors import InputError
from protocol.instants import Instant
from protocol.journal.events import ClockStep, FeedInForce, Rewound
from tests.builders.agent import Rig, now, until, version_of

pytestmark = pytest.mark.real_time

YEARS_MS = 10 * 366 * 86_400_000
SOON_MS = 60_000


class Computer:
    """The computer's clock, set wrong by `ahead_ms`."""

    def __init__(self) -> None:
        self.ahead_ms = 0

    def __call__(self) -> Instant:
        return Instant(now() + self.ahead_ms)


@pytest.fixture
def computer(monkeypatch: pytest.MonkeyPatch) -> Computer:
    clock = Computer()
    monkeypatch.setattr(assembly, "computer_at", clock)
    return clock


def is_acknowledged(status: dict[str, object], *, at_least: int) -> bool:
    journal = status["journal"]
    assert isinstance(journal, dict)
    return bool(journal["sequence"] >= at_least and journal["unsent"] == 0)


def latest_at(rig: Rig) -> int:
    return max(entry.wall_at for entry in rig.office.entries)


@pytest.mark.law(11)
@pytest.mark.parametrize("ahead_ms", [YEARS_MS, -YEARS_MS])
async def test_a_jump_of_years_while_it_runs_changes_nothing(rig: Rig, computer: Computer, ahead_ms: int) -> None:
    await rig.start()
    before = await rig.until_fresh()
    computer.ahead_ms = ahead_ms
    rig.office.feed.publish()
    after = await rig.until(lambda status: version_of(status) > version_of(before))
    assert after["clock_trusted"] is True
    await until(lambda: FeedInForce(1, version_of(after)) in [entry.event for entry in rig.office.entries])
    assert abs(latest_at(rig) - now()) < SOON_MS
    assert not [entry for entry in rig.office.entries if isinstance(entry.event, ClockStep)][1:]


@pytest.mark.law(11)
@pytest.mark.parametrize("ahead_ms", [YEARS_MS, -YEARS_MS])
async def test_a_jump_of_years_over_a_restart_is_mended_by_central_and_poisons_no_floor(
    rig: Rig, computer: Computer, ahead_ms: int
) -> None:
    await rig.start()
    await rig.until_fresh()
    await rig.stop()
    for jump_ms in (ahead_ms, 0):
        computer.ahead_ms = jump_ms
        known = len(rig.office.entries)
        await rig.start()
        before = await rig.until_fresh()
        rig.office.feed.publish()
        after = await rig.until(lambda status: version_of(status) > version_of(before))  # noqa: B023 - awaited here
        await until(lambda: FeedInForce(1, version_of(after)) in [entry.event for entry in rig.office.entries])  # noqa: B023 - the same
        await rig.stop()
        told = [(abs(entry.wall_at - now()) < SOON_MS, entry.uncertainty_ms) for entry in rig.office.entries[known:]]
        assert all(is_right or uncertainty_ms > MAX_TRUSTED_UNCERTAINTY_MS for is_right, uncertainty_ms in told)
        assert told[-1][0], "once central has said the time"


def cut_off(path: Path) -> None:
    connection = apsw.Connection(str(path))
    connection.execute("DELETE FROM entry WHERE sequence > (SELECT max(sequence) FROM entry) - 2")
    connection.close()


def edit_last(path: Path) -> None:
    connection = apsw.Connection(str(path))
    connection.execute("UPDATE entry SET data = zeroblob(length(data)) WHERE sequence = (SELECT max(sequence) FROM entry)")
    connection.close()


def scribble(path: Path) -> None:
    path.write_bytes(b"no database" + bytes(5_000))
    path.with_name(path.name + "-wal").unlink(missing_ok=True)


@pytest.mark.law(5)
@pytest.mark.parametrize("edit", [cut_off, edit_last, scribble, Path.unlink])
async def test_a_journal_that_was_edited_goes_on_under_a_new_id_and_says_so(rig: Rig, edit: Callable[[Path], None]) -> None:
    await rig.start()
    await rig.until_fresh()
    for _ in range(2):
        with pytest.raises(InputError):
            await rig.ask(Question.UNLOCK, person=7, pin="0000", minutes=5)  # each gives one entry
    await rig.until(lambda status: is_acknowledged(status, at_least=3))
    await rig.stop()
    (first,) = {entry.journal_id for entry in rig.office.entries}
    edit(rig.directory / JOURNAL_FILE)
    await rig.start()
    status = await rig.until_fresh()
    assert status["fault"] == ""
    await until(lambda: any(entry.journal_id != first for entry in rig.office.entries))
    fresh = [entry for entry in rig.office.entries if entry.journal_id != first]
    assert isinstance(fresh[0].event, Rewound)
    assert fresh[0].event.previous_journal == first
