"""Online admissions on the embedded SQLite, by one server process, for four clients at once."""

import asyncio
from pathlib import Path

from tests.bench.admission import ROUNDS, WARM_CALLS, open_hall
from tests.bench.measuring import Values

CLIENTS = 4
CALLS = 600


def measure(place: Path) -> Values:
    """Measure in a new directory under `place`."""
    return asyncio.run(_measure(place))


async def _measure(place: Path) -> Values:
    async with open_hall(place / "admission-sqlite", CLIENTS, ROUNDS * CALLS + WARM_CALLS) as hall:
        return {"online_admission_per_s_sqlite": (await hall.rate(CLIENTS, CALLS)).per_s}
