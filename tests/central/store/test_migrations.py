"""Migrations make exactly the tables that the program knows, on both databases."""

import pytest
from sqlalchemy import text

from central.store.engine import open_database
from central.store.migrate import differences, migrate
from protocol.errors import StorageError


async def test_migrations_make_the_tables_that_the_program_knows(database_url: str) -> None:
    database = open_database(database_url)
    assert await differences(database) != []
    await migrate(database)
    assert await differences(database) == []
    await database.close()


async def test_a_second_run_changes_nothing(database_url: str) -> None:
    database = open_database(database_url)
    assert await migrate(database) == await migrate(database)
    await database.close()


async def test_a_newer_database_is_refused(database_url: str) -> None:
    database = open_database(database_url)
    await migrate(database)
    async with database.engine.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StorageError, match="newer"):
        await migrate(database)
    await database.close()
