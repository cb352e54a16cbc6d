"""Seeded schedules of payments in virtual time: real services, SQLite, both simulated institutions and every byte of their wires.

Visitors pay by codes and QRs, are asked for passwords, decline, change their minds and want their money back; replies are lost
after money moved, notifications come late, twice, out of order or never, keys rotate, reversals race successes, refunds end in
any way, and the office dies at any point and restarts. A schedule ends with every order paid and issued or its money returned,
every document final, and each fen of the ledger equal to the institution's books; then the day's bills must match. The simulation
finds planted bugs; the test plants those below each time. A failure names its seed;
`pytest tests/simulation --payment-schedules N` plays N schedules, and `--schedule SEED` one.
"""

import asyncio
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from central.payments import service
from central.payments.institution import ReversalAnswer, Reversed
from central.store.engine import open_database
from central.store.migrate import migrate
from hardware_sims.payment_institutions.faults import Fault
from tests.builders.central import DATABASE_FILE, sqlite_url
from tests.builders.payment_books import match_bills, next_morning
from tests.builders.payment_lines import NearAlipay, NearWeChat
from tests.builders.payment_premises import Premises
from tests.builders.payment_world import Schedule
from tests.builders.world import Violation

MEMORY = Path("/dev/shm")  # noqa: S108  where Linux keeps files in memory; a directory of our own is made in it
BATCHES = 4
SEEDS_FOR_A_PLANT = 60


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as directory:
        path = Path(directory)
        asyncio.run(_migrate(path))
        yield path


async def _migrate(path: Path) -> None:
    database = open_database(sqlite_url(path))
    await migrate(database)
    await database.close()


async def play(place: Path, seeds: range) -> list[list[object]]:
    """Play schedules one after the other in one office; return what happened in each."""
    with tempfile.TemporaryDirectory(dir=place) as directory:
        shutil.copy(place / DATABASE_FILE, directory)
        premises, played, seed = Premises(Path(directory)), [], None
        await premises.open()
        try:
            for seed in seeds:
                played.append(await Schedule(premises, seed).run())
            await next_morning(premises)
            await match_bills(premises)
        except BaseException as fault:
            fault.add_note(f"schedule {seed}; play it again with --schedule {seed}")
            raise
        finally:
            await premises.close()
    return played


async def first_violation(place: Path) -> str:
    for seed in range(0, SEEDS_FOR_A_PLANT, 5):
        try:
            await play(place, range(seed, seed + 5))
        except Violation as violation:
            return violation.name
    return ""


@pytest.mark.law(7)
@pytest.mark.law(12)
@pytest.mark.parametrize("batch", range(BATCHES))
async def test_every_schedule_ends_paid_and_issued_or_returned(place: Path, batch: int, request: pytest.FixtureRequest) -> None:
    one, many = request.config.getoption("--schedule"), request.config.getoption("--payment-schedules")
    await play(place, range(one, one + 1) if one is not None else range(batch, many, BATCHES))


async def test_the_same_seed_gives_the_same_schedule(place: Path) -> None:
    again = range(3, 5)
    assert await play(place, again) == await play(place, again)
    assert (await play(place, range(3, 4)))[0] == (await play(place, again))[0]


async def test_the_schedules_are_rich_enough_to_prove_anything(place: Path) -> None:
    happened = {fact for played in await play(place, range(24)) for fact in played if isinstance(fact, str)}
    assert len({*Fault} & happened) > len(Fault) * 0.7
    assert {"wechat", "alipay", "paid", "failed", "reversed", "succeeded", "cancelled"} <= happened


async def test_a_reversal_that_is_never_sent_is_found(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def skipped(_institution: object, _number: str) -> ReversalAnswer:
        return Reversed()

    for client in (NearWeChat, NearAlipay):
        monkeypatch.setattr(client, "reverse", skipped)
        monkeypatch.setattr(client, "close", skipped)
    assert await first_violation(place) == "the institution holds what the ledger says"


async def test_late_money_that_is_kept_is_found(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def kept(*_arguments: object) -> None:
        return None

    monkeypatch.setattr(service.Payments, "_return", kept)
    assert await first_violation(place) == "the institution holds what the ledger says"
