"""A database as an earlier version of the program left it, with its rows."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text

from central.store import migrations
from central.store.engine import open_database
from central.store.migrate import CONNECTION


async def at_revision(url: str, revision: str, statements: tuple[str, ...] = ()) -> None:
    """Bring an empty database to a revision, and put rows into it."""
    database = open_database(url)

    def upgrade(connection: Connection) -> None:
        config = Config()
        config.set_main_option("script_location", str(Path(migrations.__file__).parent))
        config.attributes[CONNECTION] = connection
        command.upgrade(config, revision)

    async with database.engine.begin() as connection:
        await connection.run_sync(upgrade)
        for statement in statements:
            await connection.execute(text(statement))
    await database.close()
