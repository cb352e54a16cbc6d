"""Asks central how it is.

Laws: neither question needs a session; a database that is gone makes central unready, and leaves the metrics of the process.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from prometheus_client import generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from central.jobs.leader import Leader
from central.jobs.runs import JobRuns
from central.jobs.table import LOOK_AROUND, SIGN_TIMESTAMPS
from central.keys.signing_keys import KeyRack
from central.metrics import families, readings
from central.metrics.meters import Meters
from central.metrics.one_at_a_time import OneAtATime
from central.metrics.readings import Readings
from central.metrics.rules.readiness import ANSWER_WITHIN_S, Check, Facts, checks
from central.store.migrate import newest_revision, revision_of
from central.store.unit_of_work import Store
from protocol.errors import SettingsError
from protocol.instants import Clock, Instant
from protocol.keyring import Purpose

# What a running central signs with; the other purposes are for commands.
SIGNED_FOR = (Purpose.TICKETS, Purpose.TIMESTAMP, Purpose.MANIFEST, Purpose.ADMISSIONS, Purpose.RECEIPTS)


@dataclass(frozen=True, slots=True)
class Watched:
    """The parts that are asked."""

    store: Store
    rack: KeyRack
    leader: Leader
    runs: JobRuns
    clock: Clock


class Health:
    """Answers whether central is ready, and its metrics."""

    def __init__(self, watched: Watched, within_s: float = ANSWER_WITHIN_S) -> None:
        """Take the parts to ask, and how long the database may take to answer."""
        self._watched = watched
        self.meters = Meters()
        self._revision = OneAtATime(self._read_revision, within_s)
        self._readings = OneAtATime(self._read_all, within_s)

    async def checks(self) -> tuple[Check, ...]:
        """Return how each part is."""
        revision, watched = await self._revision.ask(), self._watched
        now = watched.clock()
        turned_at = watched.runs.last_success(SIGN_TIMESTAMPS if watched.leader.leads else LOOK_AROUND)
        missing = tuple(purpose for purpose in SIGNED_FOR if not self._signs(purpose, now))
        return checks(Facts(revision, newest_revision(), missing, turned_at, now))

    async def metrics(self) -> bytes:
        """Return all metrics in the text format of Prometheus."""
        found = await self._readings.ask()
        of_now = _Families(tuple(self._families(found)))
        return generate_latest(self.meters.registry) + generate_latest(of_now)

    @asynccontextmanager
    async def watching(self) -> AsyncIterator[None]:
        """Watch the event loop within the block; at its end wait for readings that run."""
        task = asyncio.create_task(self.meters.watch_loop(), name="loop-lag")
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            await self._revision.finished()
            await self._readings.finished()

    def _families(self, found: Readings | None) -> Iterator[Metric]:
        watched = self._watched
        yield from families.of_process(watched.store.database, answers=found is not None, leads=watched.leader.leads)
        yield from families.of_jobs(watched.runs.by_name)
        if found is not None:
            yield from families.of_readings(found, watched.clock())

    def _signs(self, purpose: Purpose, now: Instant) -> bool:
        try:
            self._watched.rack.signer(purpose, now)
        except SettingsError:
            return False
        return True

    async def _read_revision(self) -> str:
        async with self._watched.store.querying() as work:
            return await revision_of(await work.connection())

    async def _read_all(self) -> Readings:
        async with self._watched.store.querying() as work:
            return await readings.read(await work.connection(), self._watched.clock())


@dataclass(frozen=True, slots=True)
class _Families(Collector):
    """Families that were made beforehand, as the library wants to collect them."""

    made: tuple[Metric, ...]

    def collect(self) -> tuple[Metric, ...]:
        """Return them."""
        return self.made
