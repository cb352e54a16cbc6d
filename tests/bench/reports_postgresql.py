"""Reports on PostgreSQL."""

import asyncio
from pathlib import Path

from tests.bench.measuring import Values
from tests.bench.postgresql import durable_server
from tests.bench.reports import measured


def measure(place: Path) -> Values:
    """Measure on a server started for it; it keeps no file in `place`."""
    assert place.is_dir(), "what is kept between runs has its place"
    with durable_server() as database_url:
        return asyncio.run(measured(database_url, "postgresql"))
