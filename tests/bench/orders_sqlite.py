"""Orders on the embedded SQLite, by one server process."""

import asyncio
from pathlib import Path

from tests.bench.measuring import Values
from tests.bench.orders import figures


def measure(place: Path) -> Values:
    """Measure in a new directory under `place`."""
    return asyncio.run(figures(place / "orders-sqlite", "sqlite"))
