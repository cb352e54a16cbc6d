"""A flash sale on the embedded SQLite, by one server process."""

import asyncio
from pathlib import Path

from tests.bench.flash_sale import figures
from tests.bench.measuring import Values


def measure(place: Path) -> Values:
    """Measure in a new directory under `place`."""
    return asyncio.run(figures(place / "flash-sale-sqlite", "sqlite"))
