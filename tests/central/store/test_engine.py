"""The engine: one connection for SQLite, durable, and nobody beside it."""

from pathlib import Path

import pytest
from sqlalchemy import text

from central.store.engine import open_database
from central.store.unit_of_work import Store
from protocol.errors import SettingsError, StorageError
from tests.builders.central import sqlite_url


@pytest.mark.parametrize("url", ["", "mysql://x/y", "sqlite://", "nonsense", "sqlite:///"])
def test_a_url_that_names_no_known_database_is_a_setting_to_mend(url: str) -> None:
    with pytest.raises(SettingsError, match="PAIFANG_DATABASE_URL"):
        open_database(url)


@pytest.mark.parametrize(("pragma", "value"), [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1)])
async def test_sqlite_commits_to_the_disk_and_keeps_its_constraints(tmp_path: Path, pragma: str, value: object) -> None:
    database = open_database(sqlite_url(tmp_path))
    async with database.engine.connect() as connection:
        assert (await connection.execute(text(f"PRAGMA {pragma}"))).scalar() == value
    await database.close()


async def test_sqlite_has_one_connection_for_all(tmp_path: Path) -> None:
    store = Store(open_database(sqlite_url(tmp_path)))
    pool = store.database.engine.pool
    async with store.transaction() as work:
        await work.session.exec(text("SELECT 1"))  # type: ignore[call-overload] # sqlmodel types exec for select() only
        assert "Pool size: 1" in pool.status()
    async with store.reading() as work:
        await work.session.exec(text("SELECT 1"))  # type: ignore[call-overload] # sqlmodel types exec for select() only
        assert "Connections in pool: 0" in pool.status()
    await store.close()


async def test_a_second_process_is_kept_out_until_the_first_closes(tmp_path: Path) -> None:
    first = open_database(sqlite_url(tmp_path))
    with pytest.raises(StorageError, match="another process"):
        open_database(sqlite_url(tmp_path))
    await first.close()
    await open_database(sqlite_url(tmp_path)).close()
