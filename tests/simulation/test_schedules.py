"""Many seeded schedules of visits, copies, cuts, crashes, losses and refunds over the real desk, cache, journal and fold.

The test plants three bugs each time, and the simulation must find them: the intent written after the release ("every admission
reaches central exactly once" breaks at the next crash), a fold in which the outcome that arrived last wins ("a replayed journal
yields the same history"), and a receipt given before the entries are stored ("every admission reaches central exactly once").
Files are in memory where possible: the journal's own tests show the effect of a power cut on a disk. A failure names its seed;
`pytest tests/simulation --schedules N` plays N schedules, and `--schedule SEED` one.
"""

import asyncio
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge.sync.upload import Step
from protocol.admission.passages import PassageState
from protocol.journal import history
from tests.builders.world import Fate, Plant, Violation, World, prepare

MEMORY = Path("/dev/shm")  # noqa: S108  where Linux keeps files in memory; a directory of our own is made in it
BATCHES = 8
SEEDS_FOR_A_PLANT = 60


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as directory:
        path = Path(directory)
        asyncio.run(prepare(path / "template"))
        yield path


async def play(place: Path, seed: int, plant: Plant = Plant.NONE) -> str:
    with tempfile.TemporaryDirectory(dir=place) as directory:
        return await World(Path(directory), place / "template", seed, plant).run()


async def first_violation(place: Path, plant: Plant) -> str:
    for seed in range(SEEDS_FOR_A_PLANT):
        try:
            await play(place, seed, plant)
        except Violation as violation:
            return violation.name
    return ""


@pytest.mark.law(1)
@pytest.mark.law(5)
@pytest.mark.parametrize("batch", range(BATCHES))
async def test_every_schedule_keeps_every_invariant(place: Path, batch: int, request: pytest.FixtureRequest) -> None:
    one = request.config.getoption("--schedule")
    seeds = [one] if one is not None else range(batch, request.config.getoption("--schedules"), BATCHES)
    for seed in seeds:
        try:
            await play(place, seed)
        except BaseException as fault:
            fault.add_note(f"schedule {seed}; play it again with --schedule {seed}")
            raise


@pytest.mark.parametrize("seed", [3, 14])
async def test_the_same_seed_gives_the_same_world(place: Path, seed: int) -> None:
    assert await play(place, seed) == await play(place, seed)
    assert await play(place, seed) != await play(place, seed + 1)


async def test_the_worlds_are_rich_enough_to_prove_anything(place: Path) -> None:
    happened: set[object] = set()
    for seed in range(12):
        with tempfile.TemporaryDirectory(dir=place) as directory:
            world = World(Path(directory), place / "template", seed)
            await world.run()
        happened |= {fact[2] if isinstance(fact, tuple) and len(fact) > 2 else fact for fact in world.trace}
        happened |= {
            "double" for ticket in world.records if len([1 for _, passed in world.passed if passed == ticket.ticket_id]) > 1
        }
    assert {"admit", "refuse used_up", "refuse void", "staff passage_unresolved", "double", *Fate} <= happened
    assert {Step.SENT, Step.NOTHING, "request lost", "answer lost", "late"} <= happened


@pytest.mark.parametrize("plant", [Plant.JOURNAL_AFTER_RELEASE, Plant.RECEIPT_BEFORE_COMMIT])
async def test_a_planted_bug_is_found(place: Path, plant: Plant) -> None:
    assert await first_violation(place, plant) == "every admission reaches central exactly once"


async def test_a_planted_fold_by_arrival_is_found(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def by_arrival(passage: history._Passage) -> PassageState:
        if not passage.outcomes:
            return PassageState.PENDING
        through = passage.outcomes[-1].result in history._THROUGH  # noqa: SLF001  a bug is planted inside
        return PassageState.PASSED if through else PassageState.NOT_PASSED

    monkeypatch.setattr(history._Passage, "state", property(by_arrival))  # noqa: SLF001  a bug is planted inside
    assert await first_violation(place, Plant.NONE) == "a replayed journal yields the same history"
