"""A flash sale on PostgreSQL, by two server processes."""

import asyncio
from pathlib import Path

from tests.bench.flash_sale import figures
from tests.bench.measuring import Values
from tests.bench.postgresql import durable_server


def measure(place: Path) -> Values:
    """Measure in a new directory under `place`, on a server started for it."""
    with durable_server() as database_url:
        return asyncio.run(figures(place / "flash-sale-postgresql", "postgresql", database_url))
