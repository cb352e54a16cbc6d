"""Online admissions on PostgreSQL, by two server processes, for one, four and sixteen clients at once."""

import asyncio
from pathlib import Path

from tests.bench.admission import ROUNDS, WARM_CALLS, open_hall
from tests.bench.measuring import MS_PER_S, Values
from tests.bench.postgresql import durable_server

CALLS = {1: 300, 4: 800, 16: 1_600}  # by clients at once


def measure(place: Path) -> Values:
    """Measure in a new directory under `place`, on a server started for it."""
    with durable_server() as database_url:
        return asyncio.run(_measure(place, database_url))


async def _measure(place: Path, database_url: str) -> Values:
    tickets = ROUNDS * sum(CALLS.values()) + len(CALLS) * WARM_CALLS
    values: Values = {}
    async with open_hall(place / "admission-postgresql", max(CALLS), tickets, database_url) as hall:
        for clients, calls in CALLS.items():
            rate = await hall.rate(clients, calls)
            values[f"online_admission_per_s_postgresql_c{clients}"] = rate.per_s
            if clients == max(CALLS):
                values[f"online_admission_p95_ms_postgresql_c{clients}"] = rate.p95_s * MS_PER_S
    return values
