"""Ingest into the embedded SQLite, by one server process."""

import asyncio
from pathlib import Path

from tests.bench.ingest import entries_per_s
from tests.bench.measuring import Values


def measure(place: Path) -> Values:
    """Measure in a new directory under `place`."""
    return {"ingest_per_s_sqlite": asyncio.run(entries_per_s(place / "ingest-sqlite"))}
