"""Reports over the embedded SQLite."""

import asyncio
from pathlib import Path

from tests.bench.measuring import Values
from tests.bench.reports import empty_file, measured


def measure(place: Path) -> Values:
    """Measure in a new directory under `place`."""
    folder = place / "reports-sqlite"
    try:
        return asyncio.run(measured(empty_file(folder), "sqlite"))
    finally:
        empty_file(folder)
