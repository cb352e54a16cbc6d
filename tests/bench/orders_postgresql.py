"""Orders on PostgreSQL, by two server processes."""

import asyncio
from pathlib import Path

from tests.bench.measuring import Values
from tests.bench.orders import figures
from tests.bench.postgresql import durable_server


def measure(place: Path) -> Values:
    """Measure in a new directory under `place`, on a server started for it."""
    with durable_server() as database_url:
        return asyncio.run(figures(place / "orders-postgresql", "postgresql", database_url))
