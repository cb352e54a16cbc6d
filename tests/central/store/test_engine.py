"""The engine: one connection for SQLite, durable, and no other process beside it."""

import asyncio
import threading
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlmodel import func, select

from central.store.engine import open_database
from central.store.tables.metadata import METADATA
from central.store.tables.people import SignInFailureRow
from central.store.unit_of_work import Store
from protocol.errors import SettingsError, StorageError
from tests.builders.central import NOON, sqlite_url


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


LIMIT_S = 30


async def _with_tables(tmp_path: Path) -> Store:
    store = Store(open_database(sqlite_url(tmp_path)))
    async with store.database.engine.begin() as connection:
        await connection.run_sync(METADATA.create_all)
    return store


async def test_a_long_read_stops_no_other_work(tmp_path: Path) -> None:
    store, begun, go_on = await _with_tables(tmp_path), threading.Event(), threading.Event()

    def take_long() -> int:
        begun.set()
        return int(go_on.wait(LIMIT_S))

    @event.listens_for(store.database.long_reads.sync_engine, "connect")
    def add_function(connection: Any, _record: object) -> None:  # noqa: ANN401 - any driver that SQLAlchemy adapts
        connection.create_function("take_long", 0, take_long)

    async def report() -> int:
        async with store.querying() as work:
            return int((await (await work.session.connection()).execute(text("SELECT take_long()"))).scalar_one())

    reading = asyncio.create_task(report())
    assert await asyncio.to_thread(begun.wait, LIMIT_S)
    async with store.transaction() as work:
        work.session.add(SignInFailureRow(account="li", source="here", failures=1, last_at=NOON))
    assert not reading.done()
    go_on.set()
    assert await reading == 1
    async with store.querying() as work:
        assert (await work.session.exec(select(func.count()).select_from(SignInFailureRow))).one() == 1
    await store.close()


@pytest.mark.parametrize("statement", ["DELETE FROM sign_in_failure", "CREATE TABLE x (y)"])
async def test_a_reader_does_not_write(tmp_path: Path, statement: str) -> None:
    store = await _with_tables(tmp_path)

    async def write() -> None:
        async with store.querying() as work:
            await (await work.session.connection()).exec_driver_sql(statement)

    with pytest.raises(StorageError, match="readonly"):
        await write()
    await store.close()


async def test_a_reader_never_checkpoints_by_itself(tmp_path: Path) -> None:
    store = await _with_tables(tmp_path)
    async with store.querying() as work:
        connection = await work.session.connection()
        assert (await connection.execute(text("PRAGMA wal_autocheckpoint"))).scalar() == 0
    await store.close()
