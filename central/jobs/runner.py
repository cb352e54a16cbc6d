"""The running of jobs and loops: the only place that knows APScheduler.

Laws: the only broad `except` of central beside the web's stands here: a failing job is logged and runs again at its next time,
and never ends the server; a job does not start again while it runs.
"""

import asyncio
import logging
from collections.abc import Sequence
from datetime import UTC

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from central.jobs.leader import Leader
from central.jobs.runs import JobRuns
from central.jobs.schedule import Daily, Every, Job, Loop, UseCase
from central.store.leadership import FormerLeader, fenced

PAUSE_AFTER_FAILURE_S = 0.5
_LATEST_S = 3_600

_log = logging.getLogger("paifang.jobs")


class Runner:
    """Runs the table. Lifetime: `start` once, `stop` at the end; running jobs are finished."""

    def __init__(self, jobs: Sequence[Job], loops: Sequence[Loop], leader: Leader, runs: JobRuns) -> None:
        """Take the jobs and loops, the leader to ask, and where each run is noted."""
        self._runs = runs
        self._jobs = jobs
        self._loops = loops
        self._leader = leader
        self._scheduler = AsyncIOScheduler(timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1})
        self._tasks: list[asyncio.Task[None]] = []
        self._working: set[asyncio.Future[None]] = set()

    def start(self) -> None:
        """Begin."""
        for job in self._jobs:
            self._scheduler.add_job(
                self._run,
                _trigger(job.trigger),
                (job,),
                id=job.name,
                coalesce=True,
                max_instances=1,
                misfire_grace_time=_LATEST_S,
            )
        self._scheduler.start()
        self._tasks = [asyncio.create_task(self._repeat(loop), name=loop.name) for loop in self._loops]

    async def stop(self) -> None:
        """End all loops and jobs; running work is finished first, because a broken transaction would hold the database."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.gather(*self._working, return_exceptions=True)
        await self._leader.close()

    async def as_leader(self, use_case: UseCase, elsewhere: UseCase | None = None) -> bool:
        """Run a use case within the fence of this process's leadership, or `elsewhere` where another process leads.

        Return whether one of them ran.
        """
        token = await self._leader.token()
        if token is None:
            if elsewhere is not None:
                await self._finished(elsewhere)
            return elsewhere is not None
        try:
            with fenced(token):
                await self._finished(use_case)
        except FormerLeader:
            await self._leader.close()
            raise
        return True

    async def _run(self, job: Job) -> None:
        try:
            if not job.by_leader:
                await self._finished(job.use_case)
            elif not await self.as_leader(job.use_case):
                return
            self._runs.succeeded(job.name)
        except Exception:  # noqa: BLE001 - a job's fault must not end the others (law 10)
            self._runs.failed(job.name)
            _log.exception("job %s failed; it runs again at its next time", job.name)

    async def _repeat(self, loop: Loop) -> None:
        while True:
            try:
                await loop.wait()
                if loop.elsewhere is None:
                    await self._finished(loop.work)
                else:
                    await self.as_leader(loop.work, loop.elsewhere)
                self._runs.succeeded(loop.name)
            except Exception:  # noqa: BLE001 - a loop's fault must not end it (law 10)
                self._runs.failed(loop.name)
                _log.exception("%s failed; it goes on", loop.name)
                await asyncio.sleep(PAUSE_AFTER_FAILURE_S)

    async def _finished(self, use_case: UseCase) -> None:
        """Run a use case to its end, even where the task that waits for it is cancelled."""
        task = asyncio.ensure_future(use_case())
        self._working.add(task)
        task.add_done_callback(self._working.discard)
        await asyncio.shield(task)


def _trigger(trigger: Every | Daily) -> IntervalTrigger | CronTrigger:
    if isinstance(trigger, Every):
        return IntervalTrigger(seconds=trigger.seconds, timezone=UTC)
    return CronTrigger(hour=trigger.hour, minute=trigger.minute, timezone=UTC)
