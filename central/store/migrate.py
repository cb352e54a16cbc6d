"""Migrations, run by the program itself.

Laws: a database that is newer than the program is refused, never touched; migrations only go forward (to go back is a restore).
"""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncConnection

from central.store.engine import Database
from central.store.tables.metadata import METADATA
from protocol.errors import StorageError

CONNECTION = "connection"
_REVISION = text("SELECT version_num FROM alembic_version")
_SCRIPTS = Path(__file__).parent / "migrations"


async def migrate(database: Database) -> str:
    """Bring the database to the program's revision, and return it; StorageError where the database is a newer one."""
    async with database.engine.begin() as connection:
        return await connection.run_sync(_upgrade)


async def revision_of(connection: AsyncConnection) -> str:
    """Return the revision of a database; empty where it has none."""
    return (await connection.execute(_REVISION)).scalar_one_or_none() or ""


async def differences(database: Database) -> list[object]:
    """Return how the database differs from the tables that the program knows; empty where migrations are complete."""
    async with database.engine.connect() as connection:
        return await connection.run_sync(_compare)


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    config.attributes[CONNECTION] = connection
    return config


def _upgrade(connection: Connection) -> str:
    head = newest_revision()
    if MigrationContext.configure(connection).get_current_revision() == head:
        return head
    config = _config(connection)
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise StorageError(
            f"the database cannot be brought to this version of Paifang: {error}; install the newer one"
        ) from error
    return head


@cache
def newest_revision() -> str:
    """Return the revision that this program needs."""
    head = ScriptDirectory(str(_SCRIPTS)).get_current_head()
    assert head is not None, "there is an initial revision"
    return head


def _compare(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, METADATA))
