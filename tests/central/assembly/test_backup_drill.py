"""The drill: a backup is taken while central serves, the disk fails, the backup is put back, and gates send what it lacks."""

import shutil
import sqlite3
from pathlib import Path

import pytest
from typer.testing import CliRunner

from central.__main__ import app, keys
from central.store.backup import back_up, put_back
from edge.sync.upload import Step
from protocol.errors import StorageError
from tests.builders.central import DATABASE_FILE, HandClock
from tests.builders.served import PASSPHRASE, running_central

run = CliRunner().invoke


@pytest.fixture
def folder(tmp_path: Path, migrated_file: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "central"
    folder.mkdir()
    shutil.copy(migrated_file, folder / DATABASE_FILE)
    monkeypatch.setenv("PAIFANG_DATA_DIR", str(folder))
    monkeypatch.setenv("PAIFANG_ROOT_PASSPHRASE", PASSPHRASE)
    return folder


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.law(3)
@pytest.mark.law(5)
async def test_gates_repair_what_the_backup_had_not_yet(folder: Path, tmp_path: Path, clock: HandClock) -> None:
    backup = tmp_path / "backup.db"
    async with running_central(folder, clock) as central:
        await central.add_site()
        adult = await central.add_type()
        gate = await central.enrol(await central.add_check_point([adult]))
        (ticket,) = await central.sell(adult)
        await gate.refresh()
        gate.admit(ticket["ticket_id"])
        await gate.upload()
        back_up(folder / "central.db", backup)
        gate.admit(2)
        gate.admit(3)
        await gate.upload()
        assert len((await central.api("GET", "/admissions"))["items"]) == 3
    said = run(app, ["restore", str(backup)])
    assert said.exit_code == 0, said.output
    assert "the epoch is 2" in said.output
    async with running_central(folder, clock) as central:
        gate.follow(central)
        assert len((await central.api("GET", "/admissions"))["items"]) == 1
        gate.admit(4)
        assert await gate.upload() == [Step.GOING_BACK, Step.SENT, Step.NOTHING]
        assert len((await central.api("GET", "/admissions"))["items"]) == 4
        await gate.refresh()
        feed = gate.cache.feed
        assert feed is not None
        assert feed.manifest.epoch == 2
    gate.close()


async def test_a_backup_is_whole_or_not_at_all(folder: Path, tmp_path: Path, clock: HandClock) -> None:
    async with running_central(folder, clock) as central:
        await central.add_site()
        assert run(app, ["backup", str(tmp_path / "one.db")]).exit_code == 0
        again = run(app, ["backup", str(tmp_path / "one.db")])
        assert again.exit_code == 1
        assert "never replaces" in again.stderr
    assert (tmp_path / "one.db").stat().st_mode & 0o077 == 0
    assert names_in(tmp_path) == ["central", "one.db"]


async def test_a_serving_database_is_not_restored_over(folder: Path, tmp_path: Path, clock: HandClock) -> None:
    backup = tmp_path / "backup.db"
    async with running_central(folder, clock):
        back_up(folder / "central.db", backup)
        with pytest.raises(StorageError, match="stop it first"):
            put_back(backup, folder / "central.db")


@pytest.mark.parametrize("damage", ["nothing of ours", "cut"])
async def test_what_is_no_backup_is_refused_before_anything_changes(
    folder: Path, tmp_path: Path, clock: HandClock, damage: str
) -> None:
    async with running_central(folder, clock):
        back_up(folder / "central.db", tmp_path / "backup.db")
    wrong = tmp_path / "wrong.db"
    if damage == "cut":
        data = (tmp_path / "backup.db").read_bytes()
        wrong.write_bytes(data[: len(data) // 2])
    else:
        sqlite3.connect(wrong).execute("CREATE TABLE other (x)").connection.close()
    before = (folder / "central.db").read_bytes()
    said = run(app, ["restore", str(wrong)])
    assert said.exit_code == 1
    assert "Traceback" not in said.output
    assert (folder / "central.db").read_bytes() == before
    assert "epoch 1, " in run(keys, ["status"]).output


def test_restoring_needs_the_root_keys_passphrase(folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert run(keys, ["init"]).exit_code == 0
    monkeypatch.setenv("PAIFANG_ROOT_PASSPHRASE", "the wrong passphrase")
    assert run(app, ["migrate"]).exit_code == 0
    back_up(folder / "central.db", tmp_path / "backup.db")
    said = run(app, ["restore", str(tmp_path / "backup.db")])
    assert said.exit_code == 1
    assert "passphrase" in said.stderr
