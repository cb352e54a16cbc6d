"""Ingest into PostgreSQL, by one server process."""

import asyncio
from pathlib import Path

from tests.bench.ingest import entries_per_s
from tests.bench.measuring import Values
from tests.bench.postgresql import durable_server


def measure(place: Path) -> Values:
    """Measure in a new directory under `place`, on a server started for it."""
    with durable_server() as database_url:
        return {"ingest_per_s_postgresql": asyncio.run(entries_per_s(place / "ingest-postgresql", database_url))}
